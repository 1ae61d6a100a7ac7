package io.tidbbinlog.common.config;

import java.util.List;
import java.util.Set;

/** A command line with its environment and file, before the program's own checks. */
public final class Loaded {
  /** What the command line asks for. */
  public enum Outcome {
    /** Read {@link #root} and go on. */
    RUN,
    /** Print {@link #usage} on stderr; exit 0. */
    HELP,
    /** Print the version on stdout; exit 0. */
    VERSION,
    /** Print {@link #message} and {@link #usage} on stderr; exit 2. */
    USAGE_ERROR
  }

  private final Outcome outcome;
  private final FlagSet flags;
  private final ConfigTree tree;
  private final Set<String> given;
  private final List<String> environment;
  private final String message;

  Loaded(
      Outcome outcome,
      FlagSet flags,
      ConfigTree tree,
      Set<String> given,
      List<String> environment,
      String message) {
    this.outcome = outcome;
    this.flags = flags;
    this.tree = tree;
    this.given = Set.copyOf(given);
    this.environment = List.copyOf(environment);
    this.message = message;
  }

  public Outcome outcome() {
    return outcome;
  }

  /** The root table; can be read after a usage error too, to find the other problems. */
  public Section root() {
    return new Section(tree);
  }

  /** Grows while {@link #root} is read. Mistakes of the command line are in it as well. */
  public Problems problems() {
    return tree.context.problems();
  }

  /** What to log once the log is set up; grows while {@link #root} is read. */
  public List<String> warnings() {
    return List.copyOf(tree.context.warnings());
  }

  /** Whether the configuration is only to be printed. */
  boolean isChecked() {
    ConfigTree.Entry entry = tree.read("-" + CommandLine.CONFIG_CHECK);
    return entry != null && GoNumber.parseBool(String.valueOf(entry.value()));
  }

  /** Every setting that was read and where it came from, as TOML; grows as the problems do. */
  public String effective() {
    return tree.context.effective().text();
  }

  /** Names of the environment variables that had an effect. */
  public List<String> environmentUsed() {
    return environment;
  }

  public String usage() {
    return flags.usage();
  }

  /** The mistakes of the command line, one line each; empty when there are none. */
  public String message() {
    return message;
  }

  /** Whether the command line has that flag (name without the dash). */
  public boolean flagGiven(String name) {
    return given.contains(name);
  }
}
