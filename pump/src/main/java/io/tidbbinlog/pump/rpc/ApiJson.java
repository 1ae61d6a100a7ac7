package io.tidbbinlog.pump.rpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.tidbbinlog.common.net.HttpRoutes.Response;
import io.tidbbinlog.common.ts.CommitTs;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** JSON answers of {@code /api/v1}: indented, for people read them too. */
final class ApiJson {
  private static final ObjectWriter WRITER = new ObjectMapper().writerWithDefaultPrettyPrinter();

  private ApiJson() {}

  /** The body of every answer that is no success. */
  record Problem(String error) {}

  static Response answer(int status, Object body) {
    try {
      byte[] text = (WRITER.writeValueAsString(body) + "\n").getBytes(StandardCharsets.UTF_8);
      return new Response(status, "application/json", text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record that is no JSON: " + body.getClass(), e);
    }
  }

  static Response problem(int status, String error) {
    return answer(status, new Problem(error));
  }

  /** The time of a ts; null when there is none. */
  static @Nullable String time(long ts) {
    return ts <= 0 ? null : new CommitTs(ts).instant().toString();
  }
}
