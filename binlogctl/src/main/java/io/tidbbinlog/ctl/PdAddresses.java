package io.tidbbinlog.ctl;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.stream.Stream;

/** PD's addresses as this tool takes them: the scheme may be missing, the order is kept. */
final class PdAddresses {
  private PdAddresses() {}

  static List<String> parse(String commaList, boolean tls) {
    return Stream.of(commaList.split(",", -1))
        .map(item -> address(commaList, item.trim(), tls))
        .toList();
  }

  private static String address(String all, String item, boolean tls) {
    String url = item.contains("://") ? item : (tls ? "https://" : "http://") + item;
    if (item.isEmpty()) {
      throw bad(all, "URL address does not have the form \"host:port\": an item is empty");
    }
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw bad(all, "parse url " + item + " failed: " + e.getReason());
    }
    switch (String.valueOf(uri.getScheme())) {
      case "http", "https" -> {}
      case "unix", "unixs" -> throw bad(all, "unix sockets are not supported: " + item);
      default -> throw bad(all, "URL scheme must be http, https, unix, or unixs: " + item);
    }
    if (uri.getHost() == null || uri.getPort() < 0) {
      throw bad(all, "URL address does not have the form \"host:port\": " + item);
    }
    if (!uri.getRawPath().isEmpty()) {
      throw bad(all, "URL must not contain a path: " + item);
    }
    return url;
  }

  private static BinlogException bad(String all, String reason) {
    return new BinlogException(
        ErrorCode.CONFIG_INVALID, "parse EtcdURLs error: " + all + ", " + reason);
  }
}
