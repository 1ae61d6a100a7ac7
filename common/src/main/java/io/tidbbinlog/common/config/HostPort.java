package io.tidbbinlog.common.config;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;

/**
 * An address to listen on or to call. The host may be empty (every interface) and is kept without
 * the brackets of IPv6; port 0 means a free one.
 */
public record HostPort(String host, int port) {
  public HostPort {
    if (port < 0 || port > 65535) {
      throw new BinlogException(ErrorCode.CONFIG_INVALID, "port " + port + " is not in 0…65535");
    }
  }

  /**
   * Splits {@code host:port}, {@code [v6]:port} or {@code :port}; a leading {@code http://} or
   * {@code https://} is dropped.
   *
   * @throws BinlogException with {@code CONFIG_INVALID}
   */
  public static HostPort parse(String text) {
    String body = text.trim().replaceFirst("^https?://", "");
    int colon = body.lastIndexOf(':');
    if (colon < 0) {
      throw bad(text, "missing port in address");
    }
    String host = body.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw bad(text, "too many colons in address");
    }
    if (host.indexOf('/') >= 0 || host.indexOf('[') >= 0 || host.indexOf(']') >= 0) {
      throw bad(text, "a host has no / [ ]");
    }
    String port = body.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
      throw bad(text, "the port is not a number in 0…65535");
    }
    return new HostPort(host, Integer.parseInt(port));
  }

  private static BinlogException bad(String text, String why) {
    return new BinlogException(
        ErrorCode.CONFIG_INVALID, "\"" + text + "\" is not host:port: " + why);
  }

  /** {@code host:port}, an IPv6 host in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
