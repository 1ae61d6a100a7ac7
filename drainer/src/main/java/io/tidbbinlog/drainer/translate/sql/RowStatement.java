package io.tidbbinlog.drainer.translate.sql;

import io.tidbbinlog.drainer.model.RowChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One statement that writes one row.
 *
 * @param sql with {@code ?} for parameters; statements of one shape have equal texts
 * @param parameters each a {@code Long}, {@code BigDecimal}, {@code Double}, {@code String}, {@code
 *     byte[]} or null
 * @param table {@code schema.table}, for reports
 * @param checked exactly one row must be touched
 */
public record RowStatement(
    String sql,
    List<@Nullable Object> parameters,
    RowChange.Kind kind,
    String table,
    boolean checked) {}
