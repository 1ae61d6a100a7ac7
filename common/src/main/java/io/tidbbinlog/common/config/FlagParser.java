package io.tidbbinlog.common.config;

import io.tidbbinlog.common.config.FlagSet.Flag;
import io.tidbbinlog.common.config.FlagSet.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a command line by the rules of Go's flag package, but goes on after a mistake so that all
 * of them are told at once.
 */
final class FlagParser {
  private final FlagSet flags;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private boolean help;

  private FlagParser(FlagSet flags) {
    this.flags = flags;
  }

  /** Values by flag name (the last one given), what was wrong, and whether help was asked for. */
  record Result(Map<String, String> values, List<String> problems, boolean help) {}

  static Result parse(FlagSet flags, String[] args) {
    FlagParser parser = new FlagParser(flags);
    parser.run(args);
    return new Result(parser.values, parser.problems, parser.help && parser.problems.isEmpty());
  }

  private void run(String[] args) {
    int at = 0;
    while (at < args.length && !help) {
      String word = args[at];
      if (word.length() < 2 || word.charAt(0) != '-') {
        break;
      }
      at++;
      if (word.equals("--")) {
        break;
      }
      at += one(word, at < args.length ? List.of(args[at]) : List.of());
    }
    if (at < args.length && !help) {
      problems.add("'" + args[at] + "' is not a valid flag");
    }
  }

  /** Takes one flag; the result is how many of the following words were its value (0 or 1). */
  private int one(String word, List<String> next) {
    String body = word.substring(word.startsWith("--") ? 2 : 1);
    if (body.isEmpty() || body.startsWith("-") || body.startsWith("=")) {
      problems.add("bad flag syntax: " + word);
      return 0;
    }
    int equals = body.indexOf('=');
    String name = equals < 0 ? body : body.substring(0, equals);
    Flag flag = flags.find(name);
    if (flag == null) {
      return unknown(name, equals >= 0, next);
    }
    if (flag.kind() == Kind.BOOL) {
      set(flag, equals < 0 ? "true" : body.substring(equals + 1));
      return 0;
    }
    if (equals >= 0) {
      set(flag, body.substring(equals + 1));
      return 0;
    }
    if (next.isEmpty()) {
      problems.add("flag needs an argument: -" + name);
      return 0;
    }
    set(flag, next.get(0));
    return 1;
  }

  private int unknown(String name, boolean hasValue, List<String> next) {
    if (name.equals("h") || name.equals("help")) {
      help = true;
      return 0;
    }
    String hint =
        Nearest.to(name, flags.all().stream().map(Flag::name).toList())
            .map(known -> " (nearest: -" + known + ")")
            .orElse("");
    problems.add("flag provided but not defined: -" + name + hint);
    // Only a guess, but it keeps its value from being taken for the end of the flags.
    return !hasValue && !next.isEmpty() && !next.get(0).startsWith("-") ? 1 : 0;
  }

  private void set(Flag flag, String value) {
    String wrong = check(flag, value);
    if (wrong.isEmpty()) {
      values.put(flag.name(), value);
    } else if (flag.kind() == Kind.BOOL) {
      problems.add("invalid boolean value \"" + value + "\" for -" + flag.name() + ": " + wrong);
    } else {
      problems.add("invalid value \"" + value + "\" for flag -" + flag.name() + ": " + wrong);
    }
  }

  /** Go's reason why the flag can't have that value, or nothing. */
  static String check(Flag flag, String value) {
    try {
      switch (flag.kind()) {
        case INTEGER -> {
          long unused = GoNumber.parseLong(value);
        }
        case BOOL -> {
          boolean unused = GoNumber.parseBool(value);
        }
        case STRING -> {}
      }
      return "";
    } catch (NumberFormatException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
