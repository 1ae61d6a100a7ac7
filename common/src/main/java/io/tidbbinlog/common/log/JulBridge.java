package io.tidbbinlog.common.log;

import java.text.MessageFormat;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Brings the lines of libraries that use the JDK's own logging (gRPC) into ours. */
final class JulBridge extends Handler {
  static void install() {
    LogManager.getLogManager().reset();
    java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
    root.addHandler(new JulBridge());
    root.setLevel(Level.INFO);
  }

  @Override
  public void publish(LogRecord entry) {
    String name = entry.getLoggerName() == null ? "jul" : entry.getLoggerName();
    LoggingEventBuilder event = LoggerFactory.getLogger(name).atLevel(level(entry.getLevel()));
    Throwable thrown = entry.getThrown();
    if (thrown != null) {
      event = event.setCause(thrown);
    }
    // The line of code would be this one, so the name of the logger says where it comes from.
    event.addKeyValue("logger", name).log(text(entry));
  }

  private static String text(LogRecord entry) {
    String message = String.valueOf(entry.getMessage());
    Object[] values = entry.getParameters();
    if (values == null || values.length == 0) {
      return message;
    }
    try {
      return MessageFormat.format(message, values);
    } catch (IllegalArgumentException e) {
      return message;
    }
  }

  private static org.slf4j.event.Level level(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return org.slf4j.event.Level.ERROR;
    }
    if (level.intValue() >= Level.WARNING.intValue()) {
      return org.slf4j.event.Level.WARN;
    }
    return level.intValue() >= Level.INFO.intValue()
        ? org.slf4j.event.Level.INFO
        : org.slf4j.event.Level.DEBUG;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
