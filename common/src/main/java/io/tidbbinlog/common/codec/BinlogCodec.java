package io.tidbbinlog.common.codec;

import static io.tidbbinlog.common.codec.BinlogFields.TAG_COMMIT_TS;
import static io.tidbbinlog.common.codec.BinlogFields.TAG_JOB_ID;
import static io.tidbbinlog.common.codec.BinlogFields.TAG_KEY;
import static io.tidbbinlog.common.codec.BinlogFields.TAG_KIND;
import static io.tidbbinlog.common.codec.BinlogFields.TAG_QUERY;
import static io.tidbbinlog.common.codec.BinlogFields.TAG_SCHEMA_STATE;
import static io.tidbbinlog.common.codec.BinlogFields.TAG_START_TS;
import static io.tidbbinlog.common.codec.BinlogFields.TAG_VALUE;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.proto.binlog.PrewriteValue;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a binlog (spec: wire.md §2, §7, §18). What is written here equals TiDB's and the
 * original Pump's bytes: fields ascending, numbers always present, empty bytes absent.
 *
 * <p>Every method throws {@link BinlogException} BINLOG_UNPARSABLE on bytes that no TiDB writes.
 */
public final class BinlogCodec {
  private BinlogCodec() {}

  /** Reads the numbers only; copies nothing. The empty payload of a probe is a prewrite of ts 0. */
  public static BinlogMeta meta(byte[] payload) {
    BinlogFields fields = new BinlogFields(payload);
    return new BinlogMeta(fields.kind(), fields.startTs, fields.commitTs, fields.ddlJobId);
  }

  /** All fields; the byte strings copy out of {@code payload}. */
  public static Binlog decode(byte[] payload) {
    return decode(ByteString.copyFrom(payload));
  }

  /** All fields; the byte strings share the memory of {@code payload}. */
  public static Binlog decode(ByteString payload) {
    int kind = 0;
    long startTs = 0;
    long commitTs = 0;
    ByteString key = ByteString.EMPTY;
    ByteString value = ByteString.EMPTY;
    ByteString query = ByteString.EMPTY;
    long jobId = 0;
    int schemaState = 0;
    try {
      CodedInputStream in = aliasing(payload);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (tag) {
          case TAG_KIND -> kind = in.readInt32();
          case TAG_START_TS -> startTs = in.readInt64();
          case TAG_COMMIT_TS -> commitTs = in.readInt64();
          case TAG_KEY -> key = in.readBytes();
          case TAG_VALUE -> value = in.readBytes();
          case TAG_QUERY -> query = in.readBytes();
          case TAG_JOB_ID -> jobId = in.readInt64();
          case TAG_SCHEMA_STATE -> schemaState = in.readInt32();
          default -> in.skipField(tag);
        }
      }
    } catch (IOException e) {
      throw unparsable("binlog of " + payload.size() + " bytes: " + e.getMessage(), e);
    }
    return new Binlog(kindOf(kind), startTs, commitTs, key, value, query, jobId, schemaState);
  }

  /** The row changes of {@link Binlog#prewriteValue}; rows share its memory. */
  public static PrewriteValue prewriteValue(ByteString value) {
    try {
      return PrewriteValue.parseFrom(aliasing(value));
    } catch (IOException e) {
      throw unparsable("prewrite value of " + value.size() + " bytes: " + e.getMessage(), e);
    }
  }

  /** The primary key of the transaction: whom to ask what became of it. Empty when absent. */
  public static ByteString prewriteKey(byte[] payload) {
    BinlogFields fields = new BinlogFields(payload);
    return fields.keyAt < 0
        ? ByteString.EMPTY
        : ByteString.copyFrom(payload, fields.keyAt, fields.keyLength);
  }

  /** The watermark that a Pump writes to itself while no TiDB writes. */
  public static byte[] fake(long ts) {
    ProtoWriter out = new ProtoWriter(ProtoWriter.varintSize(ts) * 2 + 8);
    out.number(TAG_KIND, 2).number(TAG_START_TS, ts).number(TAG_COMMIT_TS, ts);
    return out.number(TAG_JOB_ID, 0).number(TAG_SCHEMA_STATE, 0).done();
  }

  /**
   * A commit as a Pump delivers it: the commit's ts and key, everything else of the prewrite.
   *
   * @param commit as TiDB sent it, or as {@link #commitFor} made it
   * @throws BinlogException BINLOG_UNPARSABLE also when the two are not of one transaction
   */
  public static byte[] joinCommit(byte[] commit, byte[] prewrite) {
    BinlogFields c = new BinlogFields(commit);
    BinlogFields p = new BinlogFields(prewrite);
    if (c.startTs != p.startTs) {
      throw unparsable(
          "commit of start ts " + c.startTs + " given the prewrite of " + p.startTs, null);
    }
    int size = 64 + c.keyLength + p.valueLength + p.queryLength;
    ProtoWriter out = new ProtoWriter(size);
    out.number(TAG_KIND, c.kind);
    out.number(TAG_START_TS, p.startTs).number(TAG_COMMIT_TS, c.commitTs);
    out.bytes(TAG_KEY, commit, c.keyAt, c.keyLength);
    out.bytes(TAG_VALUE, prewrite, p.valueAt, p.valueLength);
    out.bytes(TAG_QUERY, prewrite, p.queryAt, p.queryLength);
    return out.number(TAG_JOB_ID, p.ddlJobId).number(TAG_SCHEMA_STATE, p.ddlSchemaState).done();
  }

  /**
   * The commit record of a transaction whose own one never came, with the outcome that TiKV told.
   * Without key, as the original's, so that a Drainer can't tell whose Pump made it.
   */
  public static byte[] commitFor(byte[] prewrite, long commitTs) {
    BinlogFields p = new BinlogFields(prewrite);
    ProtoWriter out = new ProtoWriter(64);
    out.number(TAG_KIND, 1);
    out.number(TAG_START_TS, p.startTs).number(TAG_COMMIT_TS, commitTs);
    return out.number(TAG_JOB_ID, p.ddlJobId).number(TAG_SCHEMA_STATE, p.ddlSchemaState).done();
  }

  private static BinlogKind kindOf(int kind) {
    return switch (kind) {
      case 0 -> BinlogKind.PREWRITE;
      case 1 -> BinlogKind.COMMIT;
      case 2 -> BinlogKind.ROLLBACK;
      default ->
          throw unparsable(
              "binlog of type " + kind + ": not one of prewrite, commit, rollback", null);
    };
  }

  private static CodedInputStream aliasing(ByteString bytes) {
    CodedInputStream in = bytes.newCodedInput();
    in.enableAliasing(true);
    return in;
  }

  private static BinlogException unparsable(String message, @Nullable IOException cause) {
    return new BinlogException(ErrorCode.BINLOG_UNPARSABLE, message, cause);
  }
}
