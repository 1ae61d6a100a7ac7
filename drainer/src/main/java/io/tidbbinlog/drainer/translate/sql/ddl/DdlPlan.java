package io.tidbbinlog.drainer.translate.sql.ddl;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to run downstream for one DDL job.
 *
 * @param useSchema the current database while the statements run; null = none
 * @param statements in order; empty when the downstream needs none
 * @param mayFail an error is no failure: the statement means nothing to most downstreams
 */
public record DdlPlan(@Nullable String useSchema, List<String> statements, boolean mayFail) {
  public DdlPlan {
    statements = List.copyOf(statements);
  }

  static DdlPlan nothing() {
    return new DdlPlan(null, List.of(), false);
  }
}
