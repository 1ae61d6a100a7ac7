package io.tidbbinlog.common.net;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows our one certificate, read again when its files change. The alias that TLS carries from
 * choosing to signing names the pair that was chosen, so that a change in between mixes nothing.
 */
final class ReloadingKeyManager extends X509ExtendedKeyManager {
  private record Pair(String alias, X509Certificate[] chain, PrivateKey key) {}

  private final FileWatch<Pair> current;
  private volatile @Nullable Pair previous;
  private volatile Pair latest;

  ReloadingKeyManager(TlsConfig tls) {
    current = new FileWatch<>(List.of(tls.cert(), tls.key()), () -> load(tls));
    latest = current.get();
  }

  private static Pair load(TlsConfig tls) {
    X509Certificate[] chain = PemFiles.certificates(tls.cert()).toArray(X509Certificate[]::new);
    PrivateKey key = PemFiles.privateKey(tls.key());
    String wanted = chain[0].getPublicKey().getAlgorithm();
    if (!wanted.equals(key.getAlgorithm())) {
      throw new BinlogException(
          ErrorCode.TLS_INVALID,
          "\"" + tls.cert() + "\" has a " + wanted + " key, \"" + tls.key() + "\" another one");
    }
    return new Pair(chain[0].getSerialNumber().toString(16), chain, key);
  }

  private synchronized Pair choose() {
    Pair now = current.get();
    if (!now.equals(latest)) {
      previous = latest;
      latest = now;
    }
    return now;
  }

  private @Nullable Pair byAlias(String alias) {
    Pair now = latest;
    if (now.alias.equals(alias)) {
      return now;
    }
    Pair old = previous;
    return old != null && old.alias.equals(alias) ? old : null;
  }

  private @Nullable String alias(String... keyTypes) {
    Pair pair = choose();
    PublicKey key = pair.chain[0].getPublicKey();
    for (String type : keyTypes) {
      if (type.equals(key.getAlgorithm()) || type.startsWith(key.getAlgorithm() + "_")) {
        return pair.alias;
      }
    }
    return null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, Socket socket) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, Socket socket) {
    return alias(keyType);
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {choose().alias};
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {choose().alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Pair pair = byAlias(alias);
    return pair == null ? null : pair.chain.clone();
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Pair pair = byAlias(alias);
    return pair == null ? null : pair.key;
  }
}
