package io.tidbbinlog.common.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/**
 * What each setting is in the end and where that came from: collected while a program reads its
 * configuration, printed by {@code -config-check} as a file that would set the same.
 */
final class Effective {
  private static final String DEFAULT = "default";
  private static final int COMMENT_COLUMN = 48;

  /** One setting; the value is as TOML writes it. */
  private record Line(String toml, String origin) {}

  /** By the table's path, then by key; both in the order of reading. */
  private final Map<String, Map<String, Line>> tables = new LinkedHashMap<>();

  /**
   * A key was read.
   *
   * @param def TOML of its default
   * @param entry what sets it, or null
   * @param value what it was converted to
   */
  void read(String table, String key, String def, ConfigTree.@Nullable Entry entry, Object value) {
    if (entry == null) {
      tables
          .computeIfAbsent(table, unused -> new LinkedHashMap<>())
          .putIfAbsent(key, new Line(def, DEFAULT));
      return;
    }
    tables
        .computeIfAbsent(table, unused -> new LinkedHashMap<>())
        .put(key, new Line(given(entry, value), entry.origin()));
  }

  /** As the file has it; the text of a flag or variable as a file would have it. */
  private static String given(ConfigTree.Entry entry, Object value) {
    boolean number = value instanceof Number || value instanceof Boolean || value instanceof List;
    if (!entry.text() || !number) {
      String raw = String.valueOf(entry.value());
      boolean seconds = entry.text() && value instanceof Duration && raw.matches("[0-9]+");
      return seconds ? raw : toml(entry.value());
    }
    return toml(value);
  }

  /** The program uses another value than the one that was read: a rule or the machine gave it. */
  void used(String table, String key, Object value) {
    Map<String, Line> lines = tables.computeIfAbsent(table, unused -> new LinkedHashMap<>());
    Line before = lines.get(key);
    String toml = toml(value);
    if (before == null || before.origin().equals(DEFAULT)) {
      lines.put(key, new Line(toml, DEFAULT));
    } else if (!before.toml().equals(toml)) {
      lines.put(key, new Line(toml, before.origin() + ", which says " + before.toml()));
    }
  }

  static String toml(Object value) {
    if (value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    if (value instanceof Duration d) {
      return d.toNanosPart() == 0 ? String.valueOf(d.toSeconds()) : quoted(d.toMillis() + "ms");
    }
    if (value instanceof TomlArray array) {
      return toml(array.toList());
    }
    if (value instanceof List<?> list) {
      StringBuilder text = new StringBuilder("[");
      for (Object item : list) {
        text.append(text.length() == 1 ? "" : ", ").append(toml(item));
      }
      return text.append(']').toString();
    }
    return quoted(String.valueOf(value));
  }

  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  /**
   * The whole configuration; what only a flag can set stands in comments. Secrets are not shown.
   */
  String text() {
    StringBuilder out = new StringBuilder();
    tables.forEach(
        (table, lines) -> {
          if (!table.isEmpty()) {
            out.append('\n').append(header(table)).append('\n');
          }
          lines.forEach((key, line) -> out.append(line(key, line)).append('\n'));
        });
    return out.toString();
  }

  private static String header(String table) {
    return table.endsWith("]")
        ? "[[" + table.substring(0, table.lastIndexOf('[')) + "]]"
        : "[" + table + "]";
  }

  private static String line(String key, Line line) {
    String shown = isSecret(key) && !line.toml().equals("\"\"") ? quoted("***") : line.toml();
    String name = key.matches("[A-Za-z0-9_-]+") ? key : quoted(key);
    String setting = (key.startsWith("-") ? "# " : "") + name + " = " + shown;
    String gap = " ".repeat(Math.max(1, COMMENT_COLUMN - setting.length()));
    return setting + gap + "# " + line.origin();
  }

  private static boolean isSecret(String key) {
    return key.toLowerCase(Locale.ROOT).contains("password");
  }
}
