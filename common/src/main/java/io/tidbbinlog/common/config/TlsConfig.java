package io.tidbbinlog.common.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A {@code [security]} table. TLS is on when {@code ca} is not empty; {@code cert} and {@code key}
 * are empty or both given. When {@code allowedCn} is not empty, clients must show a certificate
 * that carries one of these common names.
 */
public record TlsConfig(String ca, String cert, String key, List<String> allowedCn) {
  /** No TLS. */
  public static final TlsConfig OFF = new TlsConfig("", "", "", List.of());

  public TlsConfig {
    allowedCn = List.copyOf(allowedCn);
  }

  public boolean enabled() {
    return !ca.isEmpty();
  }

  public boolean hasKeyPair() {
    return !cert.isEmpty() && !key.isEmpty();
  }

  /** Reads and checks the table; files that can't be read are problems of the configuration. */
  public static TlsConfig read(Section in) {
    TlsConfig tls =
        new TlsConfig(
            in.string("ssl-ca", ""),
            in.string("ssl-cert", ""),
            in.string("ssl-key", ""),
            in.strings("cert-allowed-cn", List.of()).stream().map(String::trim).toList());
    if (!tls.enabled()) {
      if (!tls.cert.isEmpty() || !tls.key.isEmpty()) {
        in.warning("ssl-ca", "is empty, so TLS is off and ssl-cert and ssl-key have no effect");
      }
      return tls;
    }
    checkReadable(in, "ssl-ca", tls.ca);
    if (tls.cert.isEmpty() != tls.key.isEmpty()) {
      in.problem(tls.cert.isEmpty() ? "ssl-key" : "ssl-cert", "ssl-cert and ssl-key go together");
    }
    checkReadable(in, "ssl-cert", tls.cert);
    checkReadable(in, "ssl-key", tls.key);
    return tls;
  }

  private static void checkReadable(Section in, String key, String file) {
    if (!file.isEmpty() && !Files.isReadable(Path.of(file))) {
      in.problem(key, "file \"" + file + "\" can't be read");
    }
  }
}
