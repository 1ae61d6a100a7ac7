package io.tidbbinlog.drainer.filter;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.config.FilterConfig;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.DmlTxn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes out of a transaction what the lists exclude. What is left empty becomes a marker, so that
 * the position still moves. Used by one thread.
 */
public final class TxnFilter {
  private static final Logger LOG = LoggerFactory.getLogger(TxnFilter.class);

  private final TableFilter tables;
  private final FilterConfig config;
  private final boolean intoSql;

  /**
   * @param intoSql the downstream runs DDL, so that a table renamed into the kept set must exist
   *     there
   */
  public TxnFilter(FilterConfig config, boolean intoSql) {
    this.tables = new TableFilter(config);
    this.config = config;
    this.intoSql = intoSql;
  }

  /** Whether the operator asked to pass over the transaction of that commit-ts. */
  public boolean ignores(long commitTs) {
    return config.ignoreTxnCommitTs().contains(commitTs);
  }

  /**
   * What of it goes downstream, or null for nothing at all: a DDL that would have run ahead has no
   * place of its own in the stream.
   *
   * @throws BinlogException {@code DDL_REFUSED} where a table is renamed from an excluded name to a
   *     kept one
   */
  public @Nullable Txn apply(Txn txn) {
    if (txn instanceof DmlTxn dml) {
      return apply(dml);
    }
    if (txn instanceof DdlTxn ddl) {
      boolean ahead = ddl.phase() == DdlTxn.Phase.AHEAD; // its ts is that of another transaction
      if ((!ahead && ignores(ddl.commitTs())) || !keeps(ddl)) {
        return ahead ? null : new MarkerTxn(ddl.commitTs(), ddl.job().schemaVersion());
      }
    }
    return txn;
  }

  private Txn apply(DmlTxn dml) {
    List<RowChange> changes = dml.changes();
    int kept = 0;
    for (RowChange change : changes) {
      kept += keeps(change) ? 1 : 0;
    }
    if (kept == changes.size() && kept > 0) {
      return dml;
    }
    if (kept == 0) {
      return new MarkerTxn(dml.commitTs());
    }
    List<RowChange> left = new ArrayList<>(kept);
    for (RowChange change : changes) {
      if (keeps(change)) {
        left.add(change);
      }
    }
    return new DmlTxn(dml.startTs(), dml.commitTs(), dml.schemaVersion(), left, dml.sizeBytes());
  }

  private boolean keeps(RowChange change) {
    return tables.keeps(change.table().schema(), change.table().table());
  }

  private boolean keeps(DdlTxn ddl) {
    if (!config.syncDdl()) {
      return false;
    }
    boolean after = tables.keeps(ddl.schema(), ddl.table());
    if (ddl.schema().equals(ddl.schemaBefore()) && ddl.table().equals(ddl.tableBefore())) {
      return after;
    }
    boolean before = tables.keeps(ddl.schemaBefore(), ddl.tableBefore());
    if (after && !before && intoSql) {
      throw new BinlogException(
          ErrorCode.DDL_REFUSED,
          "commit ts "
              + ddl.commitTs()
              + ": `"
              + ddl.schemaBefore()
              + "`.`"
              + ddl.tableBefore()
              + "`, which the filters leave out, is renamed to `"
              + ddl.schema()
              + "`.`"
              + ddl.table()
              + "`, which they keep, and the downstream has no such table. Copy it there under its"
              + " new name as of that ts, add the ts to ignore-txn-commit-ts, and start again");
    }
    if (before && !after) {
      LOG.atWarn()
          .addKeyValue("commitTs", ddl.commitTs())
          .addKeyValue("from", ddl.schemaBefore() + "." + ddl.tableBefore())
          .addKeyValue("to", ddl.schema() + "." + ddl.table())
          .log("a table was renamed out of what the filters keep; it stays as it is downstream");
    }
    return after;
  }
}
