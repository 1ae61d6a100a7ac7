package io.tidbbinlog.common.net;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and keys as the tools around TiDB write them. Java itself reads keys in PKCS#8
 * only; those of openssl's and cfssl's older forms (PKCS#1, SEC 1) are wrapped into it here.
 */
final class PemFiles {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN (RSA |EC )?PRIVATE KEY-----([^-]*)-----END");
  private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");

  /** AlgorithmIdentifier of rsaEncryption. */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** OID id-ecPublicKey; the curve follows it. */
  private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

  private PemFiles() {}

  /** All certificates of a file, in order; at least one. */
  static List<X509Certificate> certificates(String file) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of(file));
      List<X509Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (all.isEmpty()) {
        throw invalid(file, "it has no certificate", null);
      }
      return all;
    } catch (IOException | GeneralSecurityException e) {
      throw invalid(file, e.toString(), e);
    }
  }

  static PrivateKey privateKey(String file) {
    try {
      String text = Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
      Matcher found = KEY.matcher(text);
      if (!found.find()) {
        throw invalid(file, "it has no unencrypted private key in PEM form", null);
      }
      byte[] der = Base64.getMimeDecoder().decode(found.group(2));
      String form = found.group(1) == null ? "" : found.group(1).trim();
      byte[] pkcs8 =
          switch (form) {
            case "RSA" -> wrap(RSA, der);
            case "EC" -> wrap(sequence(EC_PUBLIC_KEY, curve(der)), der);
            default -> der;
          };
      for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException e) {
          // Another algorithm's key; the file says nothing more about it.
        }
      }
      throw invalid(file, "its key is neither RSA nor EC", null);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw e instanceof BinlogException known ? known : invalid(file, e.toString(), e);
    }
  }

  private static byte[] wrap(byte[] algorithm, byte[] key) {
    return sequence(VERSION_0, algorithm, element(0x04, key));
  }

  /** The curve's OID from {@code SEQUENCE { version, key, [0] { OID }, … }}. */
  private static byte[] curve(byte[] sec1) {
    ByteBuffer in = ByteBuffer.wrap(sec1);
    in.get();
    length(in);
    while (in.hasRemaining()) {
      int tag = in.get() & 0xff;
      byte[] value = new byte[length(in)];
      in.get(value);
      if (tag == 0xa0) {
        return value;
      }
    }
    throw new IllegalArgumentException("the EC key does not name its curve");
  }

  private static int length(ByteBuffer in) {
    int first = in.get() & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = (length << 8) | (in.get() & 0xff);
    }
    return length;
  }

  private static byte[] sequence(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return element(0x30, all.toByteArray());
  }

  private static byte[] element(int tag, byte[] value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (value.length < 0x80) {
      out.write(value.length);
    } else if (value.length < 0x100) {
      out.write(0x81);
      out.write(value.length);
    } else {
      out.write(0x82);
      out.write(value.length >> 8);
      out.write(value.length);
    }
    out.writeBytes(value);
    return out.toByteArray();
  }

  private static BinlogException invalid(String file, String why, @Nullable Throwable cause) {
    return new BinlogException(ErrorCode.TLS_INVALID, "can't use \"" + file + "\": " + why, cause);
  }
}
