package io.tidbbinlog.common.net;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts what our CA signed, read again when its file changes. Of clients it asks for one of the
 * listed common names too, somewhere in their chain.
 */
final class ReloadingTrustManager extends X509ExtendedTrustManager {
  /** Checks of the JDK, and the CA's certificates. */
  private record Trust(X509ExtendedTrustManager checks, List<X509Certificate> roots) {}

  private final FileWatch<Trust> current;
  private final List<String> allowedCn;

  ReloadingTrustManager(TlsConfig tls, List<String> allowedCn) {
    this.current = new FileWatch<>(List.of(tls.ca()), () -> load(tls.ca()));
    this.allowedCn = List.copyOf(allowedCn);
  }

  private static Trust load(String file) {
    List<X509Certificate> roots = PemFiles.certificates(file);
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < roots.size(); i++) {
        store.setCertificateEntry("ca" + i, roots.get(i));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return new Trust(extended, roots);
        }
      }
      throw new BinlogException(ErrorCode.TLS_INVALID, "this JDK has no X.509 trust manager");
    } catch (IOException | GeneralSecurityException e) {
      throw new BinlogException(
          ErrorCode.TLS_INVALID, "can't use the CA of \"" + file + "\": " + e, e);
    }
  }

  private void checkName(X509Certificate[] chain) throws CertificateException {
    if (allowedCn.isEmpty()) {
      return;
    }
    List<X509Certificate> verified = new ArrayList<>(List.of(chain));
    // Clients need not send the root that ends their chain.
    X509Certificate top = chain[chain.length - 1];
    current.get().roots().stream()
        .filter(root -> root.getSubjectX500Principal().equals(top.getIssuerX500Principal()))
        .forEach(verified::add);
    List<String> names = verified.stream().map(ReloadingTrustManager::commonName).toList();
    if (names.stream().noneMatch(allowedCn::contains)) {
      throw new CertificateException(
          "client certificate authentication failed. The Common Name from the client certificate "
              + names
              + " was not found in the configuration cluster-verify-cn with value: "
              + allowedCn);
    }
  }

  private static String commonName(X509Certificate certificate) {
    try {
      for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (rdn.getType().equalsIgnoreCase("CN")) {
          return rdn.getValue().toString().trim();
        }
      }
      return "";
    } catch (InvalidNameException e) {
      return "";
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    current.get().checks().checkClientTrusted(chain, authType, engine);
    checkName(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    current.get().checks().checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    current.get().checks().checkClientTrusted(chain, authType, socket);
    checkName(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    current.get().checks().checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    current.get().checks().checkClientTrusted(chain, authType);
    checkName(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    current.get().checks().checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return current.get().checks().getAcceptedIssuers();
  }
}
