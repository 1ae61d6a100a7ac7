package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.net.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * TLS settings for a driver that takes certificates as key store files only: copies of the PEM
 * files that our user alone can read, with a password that nobody keeps.
 */
final class DriverKeyStores {
  private DriverKeyStores() {}

  /** Properties of the driver; the server's certificate and its name are checked. */
  static Map<String, String> properties(TlsConfig tls) {
    Map<String, String> properties = new TreeMap<>();
    if (!tls.enabled()) {
      properties.put("sslMode", "DISABLED");
      return properties;
    }
    String password = UUID.randomUUID().toString();
    properties.put("sslMode", "VERIFY_IDENTITY");
    properties.put("fallbackToSystemTrustStore", "false");
    properties.put("fallbackToSystemKeyStore", "false");
    properties.put("trustCertificateKeyStoreType", "PKCS12");
    properties.put("trustCertificateKeyStorePassword", password);
    properties.put(
        "trustCertificateKeyStoreUrl", file(TlsFiles.trustStore(tls, password.toCharArray())));
    if (tls.hasKeyPair()) {
      properties.put("clientCertificateKeyStoreType", "PKCS12");
      properties.put("clientCertificateKeyStorePassword", password);
      properties.put(
          "clientCertificateKeyStoreUrl", file(TlsFiles.keyStore(tls, password.toCharArray())));
    }
    return properties;
  }

  private static String file(byte[] store) {
    try {
      Path file = Files.createTempFile("downstream-", ".p12"); // mode 0600
      file.toFile().deleteOnExit();
      Files.write(file, store);
      return file.toUri().toString();
    } catch (IOException e) {
      throw new BinlogException(
          ErrorCode.TLS_INVALID, "a key store for the downstream can't be written: " + e, e);
    }
  }
}
