package io.tidbbinlog.drainer.translate.sql;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableView;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Row changes → statements. Remembers the statements of each table's newest layout. Not
 * thread-safe.
 */
public final class SqlTranslator {
  private final Dialect dialect;
  private final Map<String, TableSql> tables = new HashMap<>();

  public SqlTranslator(Dialect dialect) {
    this.dialect = dialect;
  }

  /** Where statements go. */
  public interface Output<E extends Exception> {
    void accept(RowStatement statement) throws E;
  }

  /**
   * Hands on the statements for one row change: none, one, or two in safe mode.
   *
   * @param safe repeating what was done already does no harm: tables with a key end up right
   * @throws BinlogException {@code ROW_UNDECODABLE} when a value does not fit its column
   */
  public <E extends Exception> void translate(RowChange change, boolean safe, Output<E> out)
      throws E {
    TableSql table = table(change.table());
    switch (change.kind()) {
      case INSERT -> {
        RowImage after = present(change.after(), change);
        out.accept(safe ? table.replace(after) : table.insert(after));
      }
      case UPDATE -> {
        RowImage before = present(change.before(), change);
        RowImage after = present(change.after(), change);
        if (safe) {
          out.accept(table.delete(before, false));
          out.accept(table.replace(after));
        } else {
          RowStatement update = table.update(before, after);
          if (update != null) {
            out.accept(update);
          }
        }
      }
      case DELETE -> out.accept(table.delete(present(change.before(), change), !safe));
    }
  }

  private TableSql table(TableView view) {
    String name = Identifiers.quote(view.schema(), view.table());
    TableSql known = tables.get(name);
    if (known == null || !known.isFor(view.schema(), view.table(), view.applied())) {
      known = new TableSql(view.schema(), view.table(), view.applied(), dialect);
      tables.put(name, known);
    }
    return known;
  }

  private static RowImage present(@Nullable RowImage image, RowChange change) {
    if (image == null) {
      throw new BinlogException(
          ErrorCode.INTERNAL,
          "a row image is missing in an " + change.kind() + " of " + change.table().table());
    }
    return image;
  }
}
