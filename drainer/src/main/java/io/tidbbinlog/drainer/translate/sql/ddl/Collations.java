package io.tidbbinlog.drainer.translate.sql.ddl;

import io.tidbbinlog.drainer.translate.sql.Dialect;
import java.util.Locale;
import java.util.Map;

/**
 * Collations of TiDB as the downstream knows them. Where it lacks one, the nearest that keeps
 * different what is different upstream:
 *
 * <pre>
 * TiDB                  MariaDB                          why
 * utf8mb4_0900_ai_ci    utf8mb4_uca1400_nopad_ai_ci      newer weights of the same kind, no padding
 * utf8mb4_0900_as_ci    utf8mb4_uca1400_nopad_as_ci
 * utf8mb4_0900_as_cs    utf8mb4_uca1400_nopad_as_cs
 * utf8mb4_0900_bin      utf8mb4_nopad_bin                code points, no padding
 * gb18030_…             (none: refused)
 * </pre>
 */
final class Collations {
  private static final Map<String, String> MARIADB =
      Map.of(
          "utf8mb4_0900_ai_ci", "utf8mb4_uca1400_nopad_ai_ci",
          "utf8mb4_0900_as_ci", "utf8mb4_uca1400_nopad_as_ci",
          "utf8mb4_0900_as_cs", "utf8mb4_uca1400_nopad_as_cs",
          "utf8mb4_0900_bin", "utf8mb4_nopad_bin");

  private Collations() {}

  /** The name to write downstream. */
  static String of(String collation, Dialect dialect) {
    if (dialect != Dialect.MARIADB) {
      return collation;
    }
    return MARIADB.getOrDefault(collation.toLowerCase(Locale.ROOT), collation);
  }

  /** {@code CHARACTER SET x COLLATE y}; without the second where the first is all we know. */
  static String clause(String charset, String collation, Dialect dialect) {
    return "CHARACTER SET "
        + charset
        + (collation.isEmpty() ? "" : " COLLATE " + of(collation, dialect));
  }
}
