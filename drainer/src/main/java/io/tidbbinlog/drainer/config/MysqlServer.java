package io.tidbbinlog.drainer.config;

import io.tidbbinlog.common.config.TlsConfig;
import java.time.Duration;
import java.util.Map;

/**
 * How to reach one MySQL, MariaDB or TiDB server.
 *
 * @param password in clear; {@link #toString} hides it
 * @param params session variables of every connection, {@code syncer.to.params}
 * @param readTimeout how long a statement may stay without an answer; zero = for ever
 */
public record MysqlServer(
    String host,
    int port,
    String user,
    String password,
    Map<String, String> params,
    Duration readTimeout,
    TlsConfig tls) {
  public MysqlServer {
    params = Map.copyOf(params);
  }

  /** For logs: {@code user@host:port}. */
  @Override
  public String toString() {
    return user + "@" + host + ":" + port;
  }
}
