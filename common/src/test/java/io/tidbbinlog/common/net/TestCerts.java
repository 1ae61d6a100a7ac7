package io.tidbbinlog.common.net;

import io.tidbbinlog.common.config.TlsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A CA and certificates in a directory, made by openssl in the forms that clusters have. */
final class TestCerts {
  private final Path dir;

  TestCerts(Path dir) throws IOException, InterruptedException {
    this.dir = dir;
    ec("ca.key");
    openssl("req -x509 -new -key ca.key -sha256 -days 30 -subj /CN=test-ca -out ca.pem");
    Files.writeString(dir.resolve("san"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  }

  /** Key in SEC 1 form ({@code BEGIN EC PRIVATE KEY}), as cfssl writes it. */
  private void ec(String key) throws IOException, InterruptedException {
    openssl("ecparam -genkey -name prime256v1 -noout -out " + key);
  }

  /** Key in PKCS#1 form ({@code BEGIN RSA PRIVATE KEY}). */
  private void rsa(String key) throws IOException, InterruptedException {
    openssl("genrsa -traditional -out " + key + " 2048");
  }

  /** Makes or replaces a certificate. */
  TlsConfig issue(String name, boolean rsa, String... allowedCn)
      throws IOException, InterruptedException {
    String key = name + ".key";
    if (rsa) {
      rsa(key);
    } else {
      ec(key);
    }
    openssl("req -new -key " + key + " -subj /CN=" + name + " -out " + name + ".csr");
    openssl(
        "x509 -req -in "
            + name
            + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -sha256 -extfile san -out "
            + name
            + ".pem");
    return new TlsConfig(
        path("ca.pem"), path(name + ".pem"), path(name + ".key"), List.of(allowedCn));
  }

  TlsConfig caOnly() {
    return new TlsConfig(path("ca.pem"), "", "", List.of());
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  private void openssl(String arguments) throws IOException, InterruptedException {
    String[] command = ("openssl " + arguments).split(" ");
    Process process =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("openssl.log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(arguments + ": " + Files.readString(dir.resolve("openssl.log")));
    }
  }
}
