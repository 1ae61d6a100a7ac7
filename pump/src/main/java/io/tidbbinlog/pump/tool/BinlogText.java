package io.tidbbinlog.pump.tool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.proto.binlog.MutationType;
import io.tidbbinlog.proto.binlog.PrewriteValue;
import io.tidbbinlog.proto.binlog.TableMutation;
import io.tidbbinlog.pump.store.OfflineStore.Entry;
import java.io.PrintStream;
import java.util.HexFormat;
import java.util.Iterator;

/**
 * A stored transaction for people: the fields of its binlogs, then its DDL or its rows, decoded as
 * far as that goes without the schema, and in hex where it doesn't.
 */
final class BinlogText {
  private static final HexFormat HEX = HexFormat.of();
  private static final int HEX_LINE = 32;

  private final PrintStream out;
  private final Detail detail;
  private final RowText rows;

  /**
   * How much is printed.
   *
   * @param rows of each transaction
   * @param valueBytes of each value, key or statement
   * @param raw whether the stored bytes are printed as well
   */
  record Detail(long rows, int valueBytes, boolean raw) {
    static final Detail DEFAULT = new Detail(20, 64, false);
  }

  BinlogText(PrintStream out, Detail detail) {
    this.out = out;
    this.detail = detail;
    this.rows = new RowText(detail.valueBytes());
  }

  /**
   * Prints a transaction or a watermark.
   *
   * @param open whether the transaction's outcome is unknown
   */
  void print(Entry entry, boolean open) {
    if (entry.isWatermark()) {
      out.println("commit-ts " + Ts.text(entry.commitTs()) + " watermark, nothing in it");
      return;
    }
    String commitTs =
        entry.commitTs() > 0 ? Ts.text(entry.commitTs()) : open ? "unknown" : "none here";
    out.println("commit-ts " + commitTs + " start-ts " + Ts.text(entry.startTs()));
    byte[] commit = entry.commit();
    if (commit != null) {
      part("commit", commit);
    }
    byte[] prewrite = entry.prewrite();
    if (prewrite == null) {
      out.println("  prewrite: not here, or it can't be read");
    } else {
      part("prewrite", prewrite);
    }
  }

  private void part(String name, byte[] payload) {
    out.println("  " + name + ": " + payload.length + " bytes");
    try {
      Binlog binlog = BinlogCodec.decode(ByteString.copyFrom(payload));
      fields(binlog);
      if (!binlog.prewriteValue().isEmpty()) {
        mutations(BinlogCodec.prewriteValue(binlog.prewriteValue()));
      }
      if (detail.raw()) {
        hex(payload);
      }
    } catch (BinlogException e) {
      out.println("    can't be decoded (" + e.getMessage() + "), its bytes:");
      hex(payload);
    }
  }

  private void fields(Binlog binlog) {
    out.println(
        "    type "
            + binlog.kind()
            + ", start_ts "
            + binlog.startTs()
            + ", commit_ts "
            + binlog.commitTs()
            + (binlog.prewriteKey().isEmpty()
                ? ""
                : ", prewrite_key " + rows.bytesAsHex(binlog.prewriteKey().toByteArray())));
    if (binlog.isDdl() || !binlog.ddlQuery().isEmpty()) {
      out.println(
          "    DDL job "
              + binlog.ddlJobId()
              + ", schema state "
              + binlog.ddlSchemaState()
              + ": "
              + rows.cut(binlog.ddlQuery().toString(UTF_8)));
    }
  }

  private void mutations(PrewriteValue value) {
    out.println("    schema version " + value.getSchemaVersion());
    long left = detail.rows();
    for (TableMutation mutation : value.getMutationsList()) {
      out.println(
          "    table "
              + mutation.getTableId()
              + ": "
              + mutation.getInsertedRowsCount()
              + " inserted, "
              + mutation.getUpdatedRowsCount()
              + " updated, "
              + deleted(mutation)
              + " deleted");
      left -= rowsOf(mutation, left);
    }
  }

  private static int deleted(TableMutation mutation) {
    return mutation.getDeletedRowsCount()
        + mutation.getDeletedIdsCount()
        + mutation.getDeletedPksCount();
  }

  /** Prints at most {@code max} rows in their order; gives how many. */
  private long rowsOf(TableMutation mutation, long max) {
    Iterator<ByteString> inserted = mutation.getInsertedRowsList().iterator();
    Iterator<ByteString> updated = mutation.getUpdatedRowsList().iterator();
    Iterator<ByteString> deleted = mutation.getDeletedRowsList().iterator();
    Iterator<Long> ids = mutation.getDeletedIdsList().iterator();
    Iterator<ByteString> keys = mutation.getDeletedPksList().iterator();
    long printed = 0;
    for (MutationType type : mutation.getSequenceList()) {
      if (printed == max) {
        long more = mutation.getSequenceCount() - printed;
        out.println("      … " + more + " more rows of this table (-rows)");
        return printed;
      }
      printed++;
      out.println(
          "      "
              + switch (type) {
                case Insert ->
                    "insert " + (inserted.hasNext() ? rows.insert(inserted.next()) : "?");
                case Update -> "update " + (updated.hasNext() ? rows.update(updated.next()) : "?");
                case DeleteRow ->
                    "delete " + (deleted.hasNext() ? rows.delete(deleted.next()) : "?");
                case DeleteID -> "delete handle " + (ids.hasNext() ? ids.next() : "?");
                case DeletePK ->
                    "delete key "
                        + (keys.hasNext() ? rows.bytesAsHex(keys.next().toByteArray()) : "?");
              });
    }
    return printed;
  }

  private void hex(byte[] payload) {
    for (int at = 0; at < payload.length; at += HEX_LINE) {
      int end = Math.min(payload.length, at + HEX_LINE);
      out.println("    " + HEX.formatHex(payload, at, end));
    }
  }
}
