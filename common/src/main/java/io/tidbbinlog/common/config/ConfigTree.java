package io.tidbbinlog.common.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/** What a {@link Section} reads from: one table of the file with the texts that override it. */
final class ConfigTree {
  /** Shared by all tables of one configuration. */
  record Context(String file, Problems problems, List<String> warnings, Effective effective) {
    void warn(String text) {
      if (!warnings.contains(text)) {
        warnings.add(text);
      }
    }
  }

  /** A value and where it came from; a text of a flag or variable is always a string. */
  record Entry(String key, Object value, String origin, boolean text) {}

  final Context context;

  /** Dotted, empty for the root. */
  final String path;

  private final Map<String, Entry> file = new LinkedHashMap<>();
  private final Map<String, Entry> overrides = new LinkedHashMap<>();
  private final Map<String, ConfigTree> children = new LinkedHashMap<>();
  private final List<ConfigTree> elements = new ArrayList<>();
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> used = new LinkedHashSet<>();

  ConfigTree(Context context, String path, @Nullable TomlTable table) {
    this.context = context;
    this.path = path;
    if (table != null) {
      for (String key : table.keySet()) {
        List<String> at = List.of(key);
        var position = table.inputPositionOf(at);
        String line = position == null ? "" : ":" + position.line();
        Object value = table.get(at);
        if (value != null) {
          file.put(key, new Entry(key, value, context.file + line, false));
        }
      }
    }
  }

  /** Sets a flag's or variable's text over the file's value at a dotted path. */
  void override(String dotted, String text, String origin) {
    int dot = dotted.startsWith("-") ? -1 : dotted.indexOf('.');
    if (dot >= 0) {
      child(dotted.substring(0, dot)).override(dotted.substring(dot + 1), text, origin);
    } else {
      overrides.put(dotted, new Entry(dotted, text, origin, true));
    }
  }

  /** The table at a dotted path, made when it is missing. */
  ConfigTree at(String dotted) {
    int dot = dotted.indexOf('.');
    return dot < 0 ? child(dotted) : child(dotted.substring(0, dot)).at(dotted.substring(dot + 1));
  }

  /** Marks a key as known and gives its value, flags and variables first. */
  @Nullable Entry read(String key) {
    known.add(key);
    Entry inFile = inFile(key);
    if (inFile != null) {
      used.add(inFile.key());
    }
    Entry over = overrides.get(key);
    return over != null ? over : inFile;
  }

  /** Exactly first, then in any case. */
  private @Nullable Entry inFile(String key) {
    Entry exact = file.get(key);
    if (exact != null) {
      return exact;
    }
    String lower = key.toLowerCase(Locale.ROOT);
    for (Entry entry : file.values()) {
      if (entry.key().toLowerCase(Locale.ROOT).equals(lower)) {
        return entry;
      }
    }
    return null;
  }

  /** The table under a key; does not mark it as known. */
  ConfigTree child(String key) {
    ConfigTree have = children.get(key);
    if (have != null) {
      return have;
    }
    Entry entry = inFile(key);
    TomlTable table = entry != null && entry.value() instanceof TomlTable t ? t : null;
    ConfigTree made = new ConfigTree(context, path(key), table);
    children.put(key, made);
    return made;
  }

  /** The tables of an array of tables. */
  List<ConfigTree> elements(String key, TomlArray array) {
    List<ConfigTree> made = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      made.add(new ConfigTree(context, path(key) + "[" + i + "]", array.getTable(i)));
    }
    elements.addAll(made);
    return made;
  }

  Set<String> fileKeys() {
    return file.keySet();
  }

  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Reports every key of the file that nobody read, here and in the tables that were read. */
  void reportUnknown() {
    for (Entry entry : file.values()) {
      if (!used.contains(entry.key())) {
        List<String> names = known.stream().filter(name -> !name.startsWith("-")).toList();
        String hint =
            Nearest.to(entry.key(), names).map(near -> " (nearest: " + path(near) + ")").orElse("");
        String what = entry.value() instanceof TomlTable ? "table" : "key";
        context
            .problems()
            .add(entry.origin() + ": " + path(entry.key()) + ": unknown " + what + hint);
      }
    }
    children.forEach(
        (key, child) -> {
          if (known.contains(key)) {
            child.reportUnknown();
          }
        });
    elements.forEach(ConfigTree::reportUnknown);
  }
}
