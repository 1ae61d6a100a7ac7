package io.tidbbinlog.common.config;

import io.tidbbinlog.common.lifecycle.BuildInfo;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The first lines of every {@code main}: answers {@code -h}, {@code -V} and {@code -config-check},
 * and refuses a configuration with all of its problems, one line each.
 */
public final class CommandLine {
  /** Either the program's configuration or the exit code of a run that is over already. */
  public record Result<C>(Optional<C> config, int exitCode, Loaded loaded) {}

  /** The flag that prints the configuration instead of running, where a program declares it. */
  static final String CONFIG_CHECK = "config-check";

  private CommandLine() {}

  /**
   * Reads the configuration.
   *
   * @param reader makes the typed configuration from {@link Loaded#root}; it adds what it finds to
   *     the problems and gives defaults in their place. {@link Section#finish} is called here.
   */
  public static <C> Result<C> read(
      FlagSet flags,
      String[] args,
      Map<String, String> env,
      Function<Section, C> reader,
      PrintStream out,
      PrintStream err) {
    Loaded loaded = ConfigLoader.load(flags, args, env);
    switch (loaded.outcome()) {
      case HELP -> {
        err.print(loaded.usage());
        err.flush();
        return new Result<>(Optional.empty(), 0, loaded);
      }
      case VERSION -> {
        out.print(BuildInfo.load().text());
        out.flush();
        return new Result<>(Optional.empty(), 0, loaded);
      }
      case RUN, USAGE_ERROR -> {}
    }
    boolean check = flags.find(CONFIG_CHECK) != null && loaded.isChecked();
    C config = reader.apply(loaded.root());
    loaded.root().finish();
    if (loaded.problems().isEmpty() && check) {
      loaded.warnings().forEach(err::println);
      out.print("# effective configuration of " + flags.program() + "\n" + loaded.effective());
      out.flush();
      err.flush();
      return new Result<>(Optional.empty(), 0, loaded);
    }
    if (loaded.problems().isEmpty()) {
      return new Result<>(Optional.of(config), 0, loaded);
    }
    loaded.problems().all().forEach(err::println);
    if (loaded.outcome() == Loaded.Outcome.USAGE_ERROR) {
      err.print(loaded.usage());
    }
    err.flush();
    return new Result<>(Optional.empty(), 2, loaded);
  }
}
