package io.tidbbinlog.common.config;

import java.util.Collection;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Declares a program's flags in Go style; each may have a twin in the TOML file ({@code
 * "syncer.worker-count"}). A flag without a twin is read from the root table under its name with
 * the dash ({@code "-max-message-size"}), which no file can set.
 */
public final class FlagSet {
  enum Kind {
    STRING,
    INTEGER,
    BOOL
  }

  /** {@code replacement} is set for a flag without effect. */
  record Flag(
      String name,
      Kind kind,
      String tomlKey,
      String defaultText,
      String help,
      @Nullable String replacement) {
    String path() {
      return tomlKey.isEmpty() ? "-" + name : tomlKey;
    }
  }

  private final String program;
  private final String envPrefix;
  private final TreeMap<String, Flag> flags = new TreeMap<>();
  private String about = "";

  private FlagSet(String program, String envPrefix) {
    this.program = program;
    this.envPrefix = envPrefix;
  }

  /**
   * Starts a declaration.
   *
   * @param envPrefix what the names of environment variables begin with, {@code ""} for none
   */
  public static FlagSet named(String program, String envPrefix) {
    return new FlagSet(program, envPrefix);
  }

  /** The flag {@code -config-check}, which {@link CommandLine} answers. */
  public FlagSet configCheck() {
    return bool(
        CommandLine.CONFIG_CHECK,
        "",
        "false",
        "print the effective configuration, with where each value came from, and exit: 0 if it"
            + " can be used, 2 if not");
  }

  /** What {@code -h} says behind the flags: some lines, ending with a line feed. */
  public FlagSet about(String text) {
    about = text;
    return this;
  }

  /** A flag with any text; {@code defaultText} is only shown by {@code -h}. */
  public FlagSet string(String flag, String tomlKey, String defaultText, String help) {
    return add(new Flag(flag, Kind.STRING, tomlKey, defaultText, help, null));
  }

  /** A flag with a 64-bit integer as Go writes it. */
  public FlagSet integer(String flag, String tomlKey, String defaultText, String help) {
    return add(new Flag(flag, Kind.INTEGER, tomlKey, defaultText, help, null));
  }

  /** A switch: {@code -name} or {@code -name=false}. */
  public FlagSet bool(String flag, String tomlKey, String defaultText, String help) {
    return add(new Flag(flag, Kind.BOOL, tomlKey, defaultText, help, null));
  }

  /** A flag that takes a value without effect; using it or its twin gives one warning. */
  public FlagSet deprecated(String flag, String tomlKey, String replacement) {
    return add(new Flag(flag, Kind.STRING, tomlKey, "", "no effect; " + replacement, replacement));
  }

  /** A switch without effect; using it or its twin gives one warning. */
  public FlagSet deprecatedBool(String flag, String tomlKey, String replacement) {
    return add(new Flag(flag, Kind.BOOL, tomlKey, "", "no effect; " + replacement, replacement));
  }

  private FlagSet add(Flag flag) {
    if (flags.put(flag.name(), flag) != null) {
      throw new IllegalStateException("flag -" + flag.name() + " is declared twice");
    }
    return this;
  }

  public String program() {
    return program;
  }

  String envPrefix() {
    return envPrefix;
  }

  @Nullable Flag find(String name) {
    return flags.get(name);
  }

  Collection<Flag> all() {
    return flags.values();
  }

  /** The text of {@code -h}: flags in byte order, as Go's flag package prints them. */
  public String usage() {
    return "Usage of "
        + program
        + ":\n"
        + flags.values().stream().map(FlagSet::usageOf).collect(Collectors.joining())
        + about;
  }

  private static String usageOf(Flag flag) {
    String head =
        "  -"
            + flag.name()
            + switch (flag.kind()) {
              case STRING -> " string";
              case INTEGER -> " int";
              case BOOL -> "";
            };
    // Go keeps a one-letter switch and its help on one line.
    String gap = head.length() <= 4 ? "\t" : "\n    \t";
    return head + gap + flag.help().replace("\n", "\n    \t") + defaultOf(flag) + "\n";
  }

  private static String defaultOf(Flag flag) {
    String text = flag.defaultText();
    if (text.isEmpty()
        || text.equals("false")
        || (text.equals("0") && flag.kind() == Kind.INTEGER)) {
      return "";
    }
    return flag.kind() == Kind.STRING ? " (default \"" + text + "\")" : " (default " + text + ")";
  }
}
