package io.tidbbinlog.testkit.state;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** All tables of a server or of a recording, by {@code schema.table}. */
public record DatabaseState(Map<String, TableState> tables) {
  public DatabaseState {
    tables = new TreeMap<>(tables);
  }

  /** Reads a recording's {@code tables.jsonl.gz} (or {@code .jsonl}). */
  public static DatabaseState ofRecording(Path file) throws IOException {
    return RecordedState.read(file);
  }

  /** The same from an open, uncompressed file; the caller closes it. */
  public static DatabaseState ofRecording(InputStream lines) throws IOException {
    return RecordedState.read(lines);
  }

  /**
   * Reads every base table of a MySQL, MariaDB or TiDB server, but for the server's own schemas and
   * {@code tidb_binlog}. Opens one connection and closes it.
   */
  public static DatabaseState ofServer(String jdbcUrl, String user, String password)
      throws SQLException {
    return ServerState.read(jdbcUrl, user, password, schema -> true);
  }

  /** The same for chosen schemas only. */
  public static DatabaseState ofServer(
      String jdbcUrl, String user, String password, Predicate<String> schemas) throws SQLException {
    return ServerState.read(jdbcUrl, user, password, schemas);
  }

  /** Rows of all tables. */
  public long rowCount() {
    return tables.values().stream().mapToLong(t -> t.rows().size()).sum();
  }

  /** Only the tables whose name ({@code schema.table}) passes. */
  public DatabaseState only(Predicate<String> names) {
    Map<String, TableState> kept = new TreeMap<>(tables);
    kept.keySet().removeIf(names.negate());
    return new DatabaseState(kept);
  }
}
