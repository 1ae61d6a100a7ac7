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
 * @param conflicts what it must not change places with
 */
public record RowStatement(
    String sql,
    List<@Nullable Object> parameters,
    RowChange.Kind kind,
    String table,
    boolean checked,
    Conflicts conflicts) {

  /** About what it takes in memory and on the wire. */
  public long sizeBytes() {
    long bytes = 64;
    for (Object value : parameters) {
      if (value instanceof String text) {
        bytes += 16 + text.length();
      } else if (value instanceof byte[] raw) {
        bytes += 16 + raw.length;
      } else {
        bytes += 16;
      }
    }
    return bytes;
  }
}
