package io.tidbbinlog.common.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * Sends all logs of the process in the unified format to one place. Before the first call they go
 * to stderr from INFO on.
 */
public final class LogSetup {
  private static final long MAX_BYTES = 300L << 20;

  /** Libraries that say more at DEBUG than an operator of ours can use. */
  private static final List<String> CHATTY = List.of("io.netty", "io.grpc", "io.etcd", "io.vertx");

  private LogSetup() {}

  /** Whether that is a level: debug, info, warn, warning, error or fatal, in any case. */
  public static boolean isLevel(String level) {
    return switch (level.toLowerCase(Locale.ROOT)) {
      case "debug", "info", "warn", "warning", "error", "fatal" -> true;
      default -> false;
    };
  }

  /**
   * Logs to a file, or to stdout when there is none.
   *
   * @param level as {@link #isLevel}; {@code fatal} shows what {@code error} does
   * @param file empty for stdout; rotated at 300 MiB
   * @param rotate {@code hour} or {@code day} to rotate by time as well, or empty
   * @throws BinlogException with {@code CONFIG_INVALID} when one of them can't be used
   */
  public static void apply(String level, String file, String rotate) {
    if (file.isEmpty()) {
      applyTo(System.out, level);
      return;
    }
    RotatingFile.Period period =
        switch (rotate.toLowerCase(Locale.ROOT)) {
          case "" -> RotatingFile.Period.NONE;
          case "hour" -> RotatingFile.Period.HOUR;
          case "day" -> RotatingFile.Period.DAY;
          default -> throw bad("log-rotate \"" + rotate + "\" is neither hour nor day");
        };
    ZoneId zone = ZoneId.systemDefault();
    try {
      RotatingFile out =
          new RotatingFile(Path.of(file), MAX_BYTES, period, zone, Clock.SYSTEM.wallMillis());
      install(
          context(),
          level(level),
          zone,
          new LineAppender.Target() {
            @Override
            public void write(byte[] line, long millis) throws IOException {
              out.write(line, millis);
            }

            @Override
            public void close() throws IOException {
              out.close();
            }
          });
    } catch (IOException e) {
      throw new BinlogException(
          ErrorCode.CONFIG_INVALID, "log-file \"" + file + "\" can't be written: " + e, e);
    }
  }

  /** Logs to a stream, which is not closed. */
  public static void applyTo(PrintStream stream, String level) {
    install(context(), level(level), ZoneId.systemDefault(), target(stream));
  }

  static LineAppender.Target target(PrintStream stream) {
    return new LineAppender.Target() {
      @Override
      public void write(byte[] line, long millis) {
        stream.write(line, 0, line.length);
        stream.flush();
      }

      @Override
      public void close() {
        stream.flush();
      }
    };
  }

  static void install(LoggerContext context, Level level, ZoneId zone, LineAppender.Target target) {
    UnifiedLayout layout = new UnifiedLayout(zone);
    layout.setContext(context);
    layout.start();
    LineAppender appender = new LineAppender(layout, target);
    appender.setContext(context);
    appender.setName("unified");
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
    root.setLevel(level);
    for (String name : CHATTY) {
      context.getLogger(name).setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
    }
    // It warns, with a stack, of every client that leaves while it is being sent something.
    context.getLogger("io.grpc.netty.NettyServerHandler").setLevel(Level.ERROR);
    JulBridge.install();
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private static Level level(String level) {
    if (!isLevel(level)) {
      throw bad("log level \"" + level + "\" is none of debug, info, warn, error, fatal");
    }
    return switch (level.toLowerCase(Locale.ROOT)) {
      case "warning" -> Level.WARN;
      case "fatal" -> Level.ERROR;
      default -> Level.toLevel(level);
    };
  }

  private static BinlogException bad(String text) {
    return new BinlogException(ErrorCode.CONFIG_INVALID, text);
  }
}
