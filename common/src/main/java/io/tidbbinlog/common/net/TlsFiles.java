package io.tidbbinlog.common.net;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/**
 * TLS from the PEM files of a {@code [security]} table. The files are looked at again at every
 * handshake, so certificates can be replaced while a program runs. All methods throw {@link
 * BinlogException} with {@code TLS_INVALID} when the files can't be used now.
 */
public final class TlsFiles {
  private TlsFiles() {}

  /**
   * For a port that takes gRPC and HTTP/1. Clients must show a certificate when {@code
   * cert-allowed-cn} lists any name.
   */
  public static SslContext serverContext(TlsConfig tls) {
    if (!tls.hasKeyPair()) {
      throw new BinlogException(
          ErrorCode.TLS_INVALID, "to listen with TLS, ssl-cert and ssl-key are needed with ssl-ca");
    }
    try {
      return SslContextBuilder.forServer(new ReloadingKeyManager(tls))
          .trustManager(new ReloadingTrustManager(tls, tls.allowedCn()))
          .clientAuth(tls.allowedCn().isEmpty() ? ClientAuth.NONE : ClientAuth.REQUIRE)
          .sslProvider(SslProvider.JDK)
          .applicationProtocolConfig(
              alpn(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1))
          .build();
    } catch (SSLException e) {
      throw invalid(e);
    }
  }

  /** For gRPC to PD, TiKV and Pumps; {@code cert-allowed-cn} is not asked of servers. */
  public static SslContext clientContext(TlsConfig tls) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .trustManager(new ReloadingTrustManager(tls, List.of()))
              .sslProvider(SslProvider.JDK)
              .applicationProtocolConfig(alpn(ApplicationProtocolNames.HTTP_2));
      if (tls.hasKeyPair()) {
        builder.keyManager(new ReloadingKeyManager(tls));
      }
      return builder.build();
    } catch (SSLException e) {
      throw invalid(e);
    }
  }

  /** For clients of the JDK's own, such as HTTP. */
  public static SSLContext jdkClientContext(TlsConfig tls) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      KeyManager[] keys =
          tls.hasKeyPair() ? new KeyManager[] {new ReloadingKeyManager(tls)} : new KeyManager[0];
      TrustManager[] trust = {new ReloadingTrustManager(tls, List.of())};
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new BinlogException(ErrorCode.TLS_INVALID, "TLS can't be set up: " + e, e);
    }
  }

  /** The CA's certificates as PKCS#12, for libraries that take key stores only. */
  public static byte[] trustStore(TlsConfig tls, char[] password) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      List<X509Certificate> all = PemFiles.certificates(tls.ca());
      for (int i = 0; i < all.size(); i++) {
        store.setCertificateEntry("ca" + i, all.get(i));
      }
      return bytes(store, password);
    } catch (GeneralSecurityException | IOException e) {
      throw new BinlogException(ErrorCode.TLS_INVALID, "a trust store can't be made: " + e, e);
    }
  }

  /** Our certificate and key as PKCS#12. */
  public static byte[] keyStore(TlsConfig tls, char[] password) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "own",
          PemFiles.privateKey(tls.key()),
          password,
          PemFiles.certificates(tls.cert()).toArray(new X509Certificate[0]));
      return bytes(store, password);
    } catch (GeneralSecurityException | IOException e) {
      throw new BinlogException(ErrorCode.TLS_INVALID, "a key store can't be made: " + e, e);
    }
  }

  private static byte[] bytes(KeyStore store, char[] password)
      throws GeneralSecurityException, IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.store(out, password);
    return out.toByteArray();
  }

  private static ApplicationProtocolConfig alpn(String... protocols) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        protocols);
  }

  private static BinlogException invalid(SSLException e) {
    return new BinlogException(ErrorCode.TLS_INVALID, "TLS can't be set up: " + e, e);
  }
}
