package io.tidbbinlog.common.config;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The list of PD's client URLs. */
public final class PdUrls {
  private static final Set<String> SCHEMES = Set.of("http", "https", "unix", "unixs");

  private PdUrls() {}

  /**
   * Takes a comma list; every item is trimmed and must be scheme (http, https, unix, unixs),
   * host:port and nothing behind it.
   *
   * @return the items, sorted
   * @throws BinlogException with {@code CONFIG_INVALID}
   */
  public static List<String> parse(String commaList) {
    return Stream.of(commaList.split(",", -1))
        .map(item -> check(commaList, item.trim()))
        .sorted()
        .toList();
  }

  private static String check(String all, String item) {
    if (!item.contains("://")) {
      throw bad(all, item, "needs a scheme: http, https, unix or unixs");
    }
    URI uri;
    try {
      uri = new URI(item);
    } catch (URISyntaxException e) {
      throw bad(all, item, "is not a URL: " + e.getReason());
    }
    if (uri.getScheme() == null || !SCHEMES.contains(uri.getScheme())) {
      throw bad(all, item, "needs a scheme: http, https, unix or unixs");
    }
    String authority = uri.getRawAuthority();
    if (authority == null || uri.getRawUserInfo() != null) {
      throw bad(all, item, "is not scheme://host:port");
    }
    HostPort hostPort;
    try {
      hostPort = HostPort.parse(authority);
    } catch (BinlogException e) {
      throw bad(all, item, "is not scheme://host:port: " + e.getMessage());
    }
    if (hostPort.host().isEmpty()) {
      throw bad(all, item, "has no host");
    }
    if (!uri.getRawPath().isEmpty() || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw bad(all, item, "must end with the port: no path, not even /");
    }
    return item;
  }

  private static BinlogException bad(String all, String item, String why) {
    return new BinlogException(
        ErrorCode.CONFIG_INVALID, "parse EtcdURLs error: " + all + ", URL \"" + item + "\" " + why);
  }
}
