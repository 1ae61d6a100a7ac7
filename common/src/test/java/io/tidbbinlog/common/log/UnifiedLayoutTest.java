package io.tidbbinlog.common.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.ZoneId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class UnifiedLayoutTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final LoggerContext context = new LoggerContext();
  private final Logger log = context.getLogger("test");

  @BeforeEach
  void install() {
    ZoneId zone = ZoneId.of("+08:00");
    LogSetup.install(
        context, Level.INFO, zone, LogSetup.target(new PrintStream(bytes, true, UTF_8)));
  }

  /** What was logged, without the time, which is checked. */
  private String line() {
    String line = bytes.toString(UTF_8);
    assertThat(line)
        .matches("(?s)\\[\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\+08:00] .*\n");
    return line.substring(line.indexOf(']') + 2).replaceAll("java:[0-9]+", "java:N");
  }

  @Test
  void quotesOnlyWhatNeedsIt() {
    log.atInfo()
        .addKeyValue("nodeId", "h:8250")
        .addKeyValue("key two", "a=b")
        .addKeyValue("text", "tab\t\"q\" \\ \u0001 [x]\nü")
        .addKeyValue("empty", "")
        .log("pump started");
    assertThat(line())
        .isEqualTo(
            "[INFO] [UnifiedLayoutTest.java:N] [\"pump started\"] [nodeId=h:8250] [\"key"
                + " two\"=\"a=b\"] [text=\"tab\\t\\\"q\\\" \\\\ \\u0001 [x]\\nü\"] [empty=]\n");
  }

  @Test
  void aMessageOfOneWordIsBare() {
    log.warn("stopping");
    assertThat(line()).isEqualTo("[WARN] [UnifiedLayoutTest.java:N] [stopping]\n");
  }

  @Test
  void errorsStayOnOneLine() {
    log.atError().setCause(new IllegalStateException("bad\nthing")).log("failed");
    assertThat(line())
        .startsWith(
            "[ERROR] [UnifiedLayoutTest.java:N] [failed] [error=\"java.lang.IllegalStateException:"
                + " bad\\nthing\"] [errorVerbose=\"java.lang.IllegalStateException: bad\\nthing")
        .hasLineCount(1);
  }

  @Test
  void foreseenErrorsHaveNoStack() {
    log.atError()
        .setCause(new BinlogException(ErrorCode.DATA_DIR_IN_USE, "it is held"))
        .log("failed");
    assertThat(line())
        .isEqualTo(
            "[ERROR] [UnifiedLayoutTest.java:N] [failed] [code=DATA_DIR_IN_USE] [error=\"it is"
                + " held\"]\n");
  }

  @Test
  void obeysTheLevel() {
    log.debug("quiet");
    context.getLogger("io.netty.x").info("quiet");
    assertThat(bytes.size()).isZero();
  }
}
