package io.tidbbinlog.pump.tool;

import io.tidbbinlog.common.config.CommandLine;
import io.tidbbinlog.common.config.FlagSet;
import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.DirLock;
import io.tidbbinlog.common.lifecycle.ServiceStack;
import io.tidbbinlog.pump.store.OfflineStore;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What the subcommands have in common: flags, the directory's lock, exit codes. A tool never
 * changes the directory, and keeps a Pump from starting on it while it reads.
 */
public final class Tool {
  /** All is well. */
  public static final int FINE = 0;

  /** Something is wrong with the data, or what was asked for is not there. */
  public static final int FOUND = 1;

  /** The command line or the directory can't be used. */
  public static final int UNUSABLE = 2;

  private final PrintStream out;
  private final PrintStream err;
  private final UnaryOperator<Path> storeOf;

  /**
   * @param storeOf the store's directory below a data directory; throws when there is none
   */
  public Tool(PrintStream out, PrintStream err, UnaryOperator<Path> storeOf) {
    this.out = out;
    this.err = err;
    this.storeOf = storeOf;
  }

  /** {@code pump verify}: reads everything; gives the exit code. */
  public int verify(String[] args) {
    return run(
        VerifyCommand.flags(),
        args,
        VerifyCommand::read,
        VerifyCommand::dataDir,
        (command, store) -> command.run(store, out, err));
  }

  /** {@code pump inspect}: prints transactions; gives the exit code. */
  public int inspect(String[] args) {
    return run(
        InspectCommand.flags(),
        args,
        InspectCommand::read,
        InspectCommand::dataDir,
        (command, store) -> command.run(store, out, err));
  }

  /** What a command does with the open store. */
  private interface Body<C> {
    int run(C command, OfflineStore store);
  }

  private <C> int run(
      FlagSet flags,
      String[] args,
      Function<Section, C> reader,
      Function<C, Path> dirOf,
      Body<C> body) {
    var line = CommandLine.read(flags, args, Map.of(), reader, out, err);
    if (line.config().isEmpty()) {
      return line.exitCode() == 0 ? FINE : UNUSABLE;
    }
    C command = line.config().get();
    Path dir = dirOf.apply(command);
    try {
      Path storeDir = storeOf.apply(dir);
      try (ServiceStack parts = new ServiceStack()) {
        parts.add(DirLock.acquire(dir));
        return body.run(command, parts.add(OfflineStore.open(storeDir)));
      }
    } catch (BinlogException e) {
      err.println(flags.program() + ": " + text(e, dir));
      return e.code() == ErrorCode.STORAGE_CORRUPT ? FOUND : UNUSABLE;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static String text(BinlogException e, Path dir) {
    if (e.code() == ErrorCode.DATA_DIR_IN_USE) {
      return "data directory "
          + dir
          + " is in use, most likely by a running Pump; stop that one first, or ask it:"
          + " GET /api/v1/status, GET /api/v1/transactions/TS";
    }
    return String.valueOf(e.getMessage());
  }

  /** The flag that every tool has. */
  static FlagSet flagsOf(String program) {
    return FlagSet.named(program, "")
        .string("data-dir", "", "", "the data directory of a Pump that does not run (required)");
  }

  static Path dataDir(Section in) {
    String dir = in.string("-data-dir", "");
    if (dir.isEmpty()) {
      in.problem("-data-dir", "is required: which Pump's data?");
    }
    return Path.of(dir);
  }
}
