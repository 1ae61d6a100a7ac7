package io.tidbbinlog.pump.rpc;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.proto.binlog.TableMutation;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.store.BinlogStore;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code GET /api/v1/transactions/{ts}}: what is stored of one transaction, without
 * its rows.
 *
 * @param state open (outcome not known), committed, ended (rolled back, or committed far above its
 *     start-ts or through another Pump), or watermark (nothing in it)
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TransactionView(
    String state,
    String startTs,
    @Nullable String startTime,
    @Nullable String commitTs,
    @Nullable String commitTime,
    @Nullable Long commitBytes,
    @Nullable Prewrite prewrite) {
  /** Commits that are looked at when only the start-ts is known. */
  private static final int LOOK_AT = 10_000;

  /**
   * Its prewrite.
   *
   * @param primaryKey hex
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Prewrite(
      long bytes, String primaryKey, @Nullable Ddl ddl, @Nullable List<Table> tables) {}

  /** The statement of a DDL. */
  public record Ddl(long jobId, int schemaState, String query) {}

  /** How many rows of a table it changes. */
  public record Table(long tableId, int inserted, int updated, int deleted) {}

  /**
   * What is stored under a ts, be it a start-ts or a commit-ts.
   *
   * @throws io.tidbbinlog.common.error.BinlogException when it is damaged
   */
  static Optional<TransactionView> find(BinlogStore store, Sorter sorter, long ts) {
    byte[] commit = store.commit(ts);
    if (commit != null) {
      BinlogMeta meta = BinlogCodec.meta(commit);
      if (meta.isFake()) {
        return Optional.of(view("watermark", ts, ts, commit, null));
      }
      return Optional.of(
          view("committed", meta.startTs(), ts, commit, store.prewrite(meta.startTs())));
    }
    byte[] prewrite = store.prewrite(ts);
    if (prewrite == null) {
      return Optional.empty();
    }
    if (sorter.isOpen(ts)) {
      return Optional.of(view("open", ts, 0, null, prewrite));
    }
    long commitTs = store.commitTsOf(ts, LOOK_AT);
    byte[] found = commitTs == 0 ? null : store.commit(commitTs);
    return Optional.of(view(commitTs == 0 ? "ended" : "committed", ts, commitTs, found, prewrite));
  }

  private static TransactionView view(
      String state,
      long startTs,
      long commitTs,
      byte @Nullable [] commit,
      byte @Nullable [] prewrite) {
    return new TransactionView(
        state,
        String.valueOf(startTs),
        ApiJson.time(startTs),
        commitTs == 0 ? null : String.valueOf(commitTs),
        ApiJson.time(commitTs),
        commit == null ? null : (long) commit.length,
        prewrite == null ? null : prewrite(prewrite));
  }

  private static Prewrite prewrite(byte[] payload) {
    Binlog binlog = BinlogCodec.decode(ByteString.copyFrom(payload));
    Ddl ddl =
        binlog.isDdl()
            ? new Ddl(binlog.ddlJobId(), binlog.ddlSchemaState(), binlog.ddlQuery().toStringUtf8())
            : null;
    List<Table> tables = null;
    if (!binlog.prewriteValue().isEmpty()) {
      tables = new ArrayList<>();
      for (TableMutation m : BinlogCodec.prewriteValue(binlog.prewriteValue()).getMutationsList()) {
        int deleted = m.getDeletedRowsCount() + m.getDeletedIdsCount() + m.getDeletedPksCount();
        tables.add(
            new Table(m.getTableId(), m.getInsertedRowsCount(), m.getUpdatedRowsCount(), deleted));
      }
    }
    String key = HexFormat.of().formatHex(binlog.prewriteKey().toByteArray());
    return new Prewrite(payload.length, key, ddl, tables);
  }
}
