package io.tidbbinlog.common.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode.Reaction;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/**
 * One line per event in TiDB's unified log format: {@code [time] [LEVEL] [file:line] [message]
 * [key=value]…}. A token is quoted when it has a byte up to 0x20 or one of {@code \ " [ ] =}.
 */
final class UnifiedLayout extends LayoutBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss.SSS xxx", Locale.ROOT);

  private final ZoneId zone;

  UnifiedLayout(ZoneId zone) {
    this.zone = zone;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    line.append('[').append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp()).atZone(zone)));
    line.append("] [").append(event.getLevel()).append("] [");
    StackTraceElement[] caller = event.getCallerData();
    if (caller != null && caller.length > 0) {
      line.append(caller[0].getFileName()).append(':').append(caller[0].getLineNumber());
    } else {
      line.append("<unknown>");
    }
    line.append("] [");
    token(line, event.getFormattedMessage());
    line.append(']');
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        pair(line, pair.key, String.valueOf(pair.value));
      }
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      error(line, thrown);
    }
    return line.append('\n').toString();
  }

  private static void error(StringBuilder line, IThrowableProxy thrown) {
    Throwable cause = thrown instanceof ThrowableProxy p ? p.getThrowable() : null;
    if (cause instanceof BinlogException known) {
      pair(line, "code", known.code().name());
      pair(line, "error", String.valueOf(known.getMessage()));
      if (known.code().reaction() != Reaction.STOP) {
        // Foreseen, and the message says it all.
        return;
      }
    } else {
      pair(line, "error", thrown.getClassName() + ": " + thrown.getMessage());
    }
    pair(line, "errorVerbose", ThrowableProxyUtil.asString(thrown).stripTrailing());
  }

  private static void pair(StringBuilder line, String key, String value) {
    line.append(" [");
    token(line, key);
    line.append('=');
    token(line, value);
    line.append(']');
  }

  private static void token(StringBuilder line, String text) {
    if (!needsQuotes(text)) {
      line.append(text);
      return;
    }
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\', '"' -> line.append('\\').append(c);
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (c < 0x20) {
            line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }

  private static boolean needsQuotes(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= 0x20 || c == '\\' || c == '"' || c == '[' || c == ']' || c == '=') {
        return true;
      }
    }
    return false;
  }
}
