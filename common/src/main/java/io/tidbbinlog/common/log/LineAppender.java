package io.tidbbinlog.common.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Gives every event to a target as one line. Logback lets one thread in at a time. */
final class LineAppender extends AppenderBase<ILoggingEvent> {
  /** Where lines go. */
  interface Target extends AutoCloseable {
    void write(byte[] line, long millis) throws IOException;

    @Override
    void close() throws IOException;
  }

  private final Layout<ILoggingEvent> layout;
  private final Target target;

  LineAppender(Layout<ILoggingEvent> layout, Target target) {
    this.layout = layout;
    this.target = target;
  }

  @Override
  protected void append(ILoggingEvent event) {
    try {
      byte[] line = layout.doLayout(event).getBytes(StandardCharsets.UTF_8);
      target.write(line, event.getTimeStamp());
    } catch (IOException e) {
      addError("can't write a log line", e);
    }
  }

  @Override
  public void stop() {
    super.stop();
    try {
      target.close();
    } catch (IOException e) {
      addError("can't close the log", e);
    }
  }
}
