package io.tidbbinlog.common.config;

import io.tidbbinlog.common.config.FlagSet.Flag;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/**
 * Brings command line, environment and TOML file into one tree. Precedence: command line, then
 * environment, then file, then default. The flags {@code -config} and {@code -V} have their usual
 * meaning where a program declares them.
 */
public final class ConfigLoader {
  private final FlagSet flags;
  private final Map<String, String> env;
  private final Problems problems = new Problems();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> environment = new ArrayList<>();

  private ConfigLoader(FlagSet flags, Map<String, String> env) {
    this.flags = flags;
    this.env = env;
  }

  /**
   * Reads everything that does not need the program's knowledge; never throws for bad input.
   *
   * @param args the command line without the program's name
   */
  public static Loaded load(FlagSet flags, String[] args, Map<String, String> env) {
    return new ConfigLoader(flags, env).load(args);
  }

  private Loaded load(String[] args) {
    FlagParser.Result line = FlagParser.parse(flags, args);
    line.problems().forEach(problems::add);
    Loaded.Outcome outcome = Loaded.Outcome.RUN;
    if (line.help()) {
      outcome = Loaded.Outcome.HELP;
    } else if (!line.problems().isEmpty()) {
      outcome = Loaded.Outcome.USAGE_ERROR;
    } else if (line.values().getOrDefault("V", "false").matches("1|[tT]|true|TRUE|True")) {
      outcome = Loaded.Outcome.VERSION;
    }
    boolean needsFile = outcome == Loaded.Outcome.RUN || outcome == Loaded.Outcome.USAGE_ERROR;
    String file = needsFile ? line.values().getOrDefault("config", "") : "";
    ConfigTree root =
        new ConfigTree(
            new ConfigTree.Context(file, problems, warnings, new Effective()), "", parse(file));
    if (needsFile) {
      applyEnvironment(root, line.values());
      applyFlags(root, line.values());
      applyDeprecated(root);
    }
    return new Loaded(
        outcome,
        flags,
        root,
        line.values().keySet(),
        environment,
        String.join("\n", line.problems()));
  }

  private @Nullable TomlTable parse(String file) {
    if (file.isEmpty()) {
      return null;
    }
    try {
      TomlParseResult result = Toml.parse(Files.readString(Path.of(file)));
      result
          .errors()
          .forEach(e -> problems.add(file + ":" + e.position().line() + ": " + e.getMessage()));
      return result;
    } catch (NoSuchFileException e) {
      problems.add("-config: file \"" + file + "\" does not exist");
    } catch (CharacterCodingException e) {
      problems.add("-config: file \"" + file + "\" is not UTF-8");
    } catch (IOException e) {
      problems.add("-config: file \"" + file + "\" can't be read: " + e);
    }
    return null;
  }

  private void applyEnvironment(ConfigTree root, Map<String, String> given) {
    if (flags.envPrefix().isEmpty()) {
      return;
    }
    for (Flag flag : flags.all()) {
      String name = flags.envPrefix() + flag.name().toUpperCase(Locale.ROOT).replace('-', '_');
      String value = env.getOrDefault(name, "");
      if (value.isEmpty() || given.containsKey(flag.name())) {
        continue;
      }
      if (flag.name().equals("config") || flag.name().equals("V")) {
        warnings.add(name + " has no effect; use the flag -" + flag.name());
        continue;
      }
      String wrong = FlagParser.check(flag, value);
      if (!wrong.isEmpty()) {
        problems.add(name + ": invalid value \"" + value + "\": " + wrong);
        continue;
      }
      environment.add(name);
      root.override(flag.path(), value, name);
    }
  }

  private void applyFlags(ConfigTree root, Map<String, String> given) {
    given.forEach(
        (name, value) -> {
          Flag flag = flags.find(name);
          if (flag != null) {
            root.override(flag.path(), value, "-" + name);
          }
        });
  }

  private void applyDeprecated(ConfigTree root) {
    for (Flag flag : flags.all()) {
      if (flag.replacement() == null) {
        continue;
      }
      String path = flag.path();
      int dot = path.lastIndexOf('.');
      ConfigTree table = dot < 0 ? root : root.at(path.substring(0, dot));
      new Section(table).ignored(path.substring(dot + 1), flag.replacement());
    }
  }
}
