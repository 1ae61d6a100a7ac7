package io.tidbbinlog.common.config;

import io.tidbbinlog.common.config.ConfigTree.Entry;
import io.tidbbinlog.common.error.BinlogException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/**
 * One TOML table being read; a flag's or variable's value wins over the file's. Reading a key makes
 * it known. A value that can't be used is a problem, and the default is given so that reading goes
 * on. Names match exactly first, then in any case. For one thread.
 */
public final class Section {
  private final ConfigTree tree;

  Section(ConfigTree tree) {
    this.tree = tree;
  }

  /** Whether the file, a flag or a variable sets the key. */
  public boolean has(String key) {
    return tree.read(key) != null;
  }

  public String string(String key, String def) {
    return value(
        key, def, Effective.toml(def), "a string", raw -> raw instanceof String s ? s : null);
  }

  public boolean bool(String key, boolean def) {
    return value(
        key,
        def,
        Effective.toml(def),
        "true or false",
        raw -> raw instanceof Boolean b ? b : raw instanceof Text t ? t.bool() : null);
  }

  /** An integer; both bounds are inclusive. */
  public int intBetween(String key, int min, int max, int def) {
    return (int) longBetween(key, min, max, def);
  }

  /** An integer; both bounds are inclusive. */
  public long longBetween(String key, long min, long max, long def) {
    long got =
        value(
            key,
            def,
            Effective.toml(def),
            "an integer",
            raw -> raw instanceof Long n ? n : raw instanceof Text t ? t.integer() : null);
    // A default may stand outside, as "none".
    if ((got < min || got > max) && got != def) {
      problem(key, "must be in " + min + "…" + max + ", not " + got);
      return def;
    }
    return got;
  }

  /** A number with or without a fraction; both bounds are inclusive. */
  public double doubleBetween(String key, double min, double max, double def) {
    double got = value(key, def, Effective.toml(def), "a number", Section::number);
    if (Double.isNaN(got) || ((got < min || got > max) && got != def)) {
      problem(key, "must be in " + min + "…" + max + ", not " + got);
      return def;
    }
    return got;
  }

  /** A time; a bare number is seconds, a text is a Go duration ({@code 500ms}). */
  public Duration seconds(String key, long minSeconds, long defSeconds) {
    Duration def = Duration.ofSeconds(defSeconds);
    Duration got =
        value(key, def, Effective.toml(def), "seconds or a duration", raw -> time(raw, 1));
    if (got.compareTo(Duration.ofSeconds(minSeconds)) < 0 && !got.equals(def)) {
      problem(key, "must be at least " + minSeconds + " s, not " + shown(got));
      return def;
    }
    return got;
  }

  /** A time; a text is a Go duration, a bare number seconds. */
  public Duration duration(String key, String def) {
    return value(
        key,
        GoDuration.parse(def),
        Effective.quoted(def),
        "a duration such as 1m30s",
        raw -> time(raw, 1));
  }

  /** A time; a bare number is days, a text is a Go duration. */
  public Duration daysOrDuration(String key, String def) {
    Duration fallback = daysOf(def);
    return value(
        key, fallback, unit(def), "days or a duration such as 8h", raw -> time(raw, 86_400));
  }

  /** TOML of a default that is a bare number or a text with a unit. */
  private static String unit(String def) {
    return def.matches("[0-9]+") ? def : Effective.quoted(def);
  }

  private static Duration daysOf(String def) {
    return def.matches("[0-9]+") ? Duration.ofDays(Long.parseLong(def)) : GoDuration.parse(def);
  }

  /** A size; a bare number is bytes, a text may have a unit ({@code 10 gib}). */
  public long bytes(String key, String def) {
    long got =
        value(
            key,
            ByteSize.parse(def),
            unit(def),
            "a size such as 10 gib",
            raw -> {
              if (raw instanceof Long n) {
                return n;
              }
              return raw instanceof String s ? ByteSize.parse(s) : null;
            });
    if (got < 0) {
      problem(key, "must not be negative, but is " + got);
      return ByteSize.parse(def);
    }
    return got;
  }

  /** A list of strings; a flag's text is split at commas, without trimming. */
  public List<String> strings(String key, List<String> def) {
    return value(
        key,
        def,
        Effective.toml(def),
        "a list of strings",
        raw -> {
          if (raw instanceof Text t) {
            return t.text().isEmpty() ? List.of() : List.of(t.text().split(",", -1));
          }
          return raw instanceof TomlArray array ? all(array, String.class) : null;
        });
  }

  /** A list of integers, empty when the key is not there. */
  public List<Long> longs(String key) {
    return value(
        key,
        List.of(),
        "[]",
        "a list of integers",
        raw -> raw instanceof TomlArray array ? all(array, Long.class) : null);
  }

  /** An address; see {@link HostPort#parse}. */
  public HostPort hostPort(String key, HostPort def) {
    return value(
        key,
        def,
        Effective.toml(def.toString()),
        "host:port",
        raw -> raw instanceof String s ? s.isEmpty() ? def : HostPort.parse(s) : null);
  }

  /** The comma list of PD's URLs, sorted; see {@link PdUrls#parse}. */
  public List<String> pdUrls(String key, String def) {
    return value(
        key,
        PdUrls.parse(def),
        Effective.quoted(def),
        "a comma list of URLs",
        raw -> raw instanceof String s ? PdUrls.parse(s.isEmpty() ? def : s) : null);
  }

  /** The table of that name; empty when there is none. */
  public Section table(String key) {
    Entry entry = tree.read(key);
    if (entry != null && !(entry.value() instanceof TomlTable)) {
      problem(key, "must be a table, [" + tree.path(key) + "]");
    }
    return new Section(tree.child(key));
  }

  /** The tables of an array of tables, {@code [[key]]}, in order. */
  public List<Section> tables(String key) {
    Entry entry = tree.read(key);
    if (entry == null) {
      return List.of();
    }
    if (!(entry.value() instanceof TomlArray array)
        || !array.toList().stream().allMatch(TomlTable.class::isInstance)) {
      problem(key, "must be an array of tables, [[" + tree.path(key) + "]]");
      return List.of();
    }
    return tree.elements(key, array).stream().map(Section::new).toList();
  }

  /** Every table below {@code [key.…]} by its name, in the order of the file. */
  public Map<String, Section> tablesByName(String key) {
    Section parent = table(key);
    Map<String, Section> all = new LinkedHashMap<>();
    for (String name : parent.tree.fileKeys()) {
      all.put(name, parent.table(name));
    }
    return all;
  }

  /** The keys of this table in the file, in its order; for tables whose keys are free. */
  public Set<String> keys() {
    return tree.fileKeys();
  }

  /** Takes a key that has no effect any more: one warning when it is set. */
  public void ignored(String key, String replacement) {
    Entry entry = tree.read(key);
    if (entry != null) {
      tree.context.warn(
          where(key, entry) + " has no effect" + (replacement.isEmpty() ? "" : "; " + replacement));
    }
  }

  /** Makes keys known without reading them: their part of the program is not in use. */
  public void known(String... keys) {
    for (String key : keys) {
      Entry unused = tree.read(key);
    }
  }

  /** Makes everything below a table known without reading it. */
  public void knownTable(String key) {
    Section unread = table(key);
    unread.tree.fileKeys().forEach(unread::known);
  }

  /**
   * Says what is used instead of what was read, for {@code -config-check}: a default that depends
   * on the machine or another key, or a value that a rule has replaced.
   *
   * @param value a number, text, switch, duration in seconds, or a list of those
   */
  public <T> T used(String key, T value) {
    tree.context.effective().used(tree.path, key, value);
    return value;
  }

  /** Adds what a check of the caller found. */
  public void problem(String key, String text) {
    tree.context.problems().add(where(key, tree.read(key)) + ": " + text);
  }

  /** Adds a warning about a key. */
  public void warning(String key, String text) {
    tree.context.warn(where(key, tree.read(key)) + ": " + text);
  }

  /** Called once on the root after all was read: what nobody read becomes a problem. */
  public void finish() {
    tree.reportUnknown();
  }

  /** Origin and name: {@code pump.toml:7: storage.sync-log}, or only the flag. */
  private String where(String key, @Nullable Entry entry) {
    if (entry == null) {
      return tree.path(key);
    }
    return entry.text() ? entry.origin() : entry.origin() + ": " + tree.path(entry.key());
  }

  /** The text of a flag or variable, which any type may be read from. */
  private record Text(String text) {
    long integer() {
      return GoNumber.parseLong(text);
    }

    boolean bool() {
      return GoNumber.parseBool(text);
    }
  }

  /**
   * Converts what is set, and remembers what it was and where it came from. The reader is offered a
   * flag's text as {@link Text} first and then, when it takes none, as a String; it gives null for
   * a wrong type.
   */
  private <T> T value(
      String key, T def, String defToml, String wanted, Function<Object, @Nullable T> reader) {
    Entry entry = tree.read(key);
    if (entry == null) {
      tree.context.effective().read(tree.path, key, defToml, null, def);
      return def;
    }
    Object raw = entry.value();
    try {
      T got = entry.text() ? reader.apply(new Text((String) raw)) : null;
      got = got == null ? reader.apply(raw) : got;
      if (got != null) {
        tree.context.effective().read(tree.path, key, defToml, entry, got);
        return got;
      }
      problem(key, "must be " + wanted + ", not " + shown(raw));
    } catch (NumberFormatException e) {
      problem(key, "must be " + wanted + ", not " + shown(raw));
    } catch (BinlogException | IllegalArgumentException e) {
      problem(key, String.valueOf(e.getMessage()));
    }
    return def;
  }

  private static @Nullable Double number(Object raw) {
    if (raw instanceof Long n) {
      return (double) n;
    }
    if (raw instanceof Text t) {
      return Double.parseDouble(t.text());
    }
    return raw instanceof Double d ? d : null;
  }

  private static @Nullable Duration time(Object raw, long unitSeconds) {
    if (raw instanceof Long n) {
      return Duration.ofSeconds(Math.multiplyExact(n, unitSeconds));
    }
    if (raw instanceof Double d && Math.abs(d) < 9e9) {
      return Duration.ofNanos((long) (d * unitSeconds * 1e9));
    }
    if (raw instanceof String s) {
      if (s.matches("[+-]?[0-9]{1,15}")) {
        return Duration.ofSeconds(Math.multiplyExact(Long.parseLong(s), unitSeconds));
      }
      // The other forms that a flag's integer may have.
      return s.matches("[+-]?(0[xXoObB][0-9a-fA-F_]+|[0-9]+_[0-9_]+)")
          ? Duration.ofSeconds(Math.multiplyExact(GoNumber.parseLong(s), unitSeconds))
          : GoDuration.parse(s);
    }
    return null;
  }

  private static <E> @Nullable List<E> all(TomlArray array, Class<E> type) {
    List<E> items = new ArrayList<>();
    for (Object item : array.toList()) {
      if (!type.isInstance(item)) {
        return null;
      }
      items.add(type.cast(item));
    }
    return List.copyOf(items);
  }

  private static String shown(Object raw) {
    if (raw instanceof String s) {
      return "\"" + s + "\"";
    }
    if (raw instanceof Duration d) {
      return d.toMillis() / 1000.0 + " s";
    }
    return raw instanceof TomlTable ? "a table" : raw instanceof TomlArray ? "a list" : raw + "";
  }
}
