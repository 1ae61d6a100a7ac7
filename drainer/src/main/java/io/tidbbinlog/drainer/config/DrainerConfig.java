package io.tidbbinlog.drainer.config;

import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.common.config.TlsConfig;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Everything that Drainer was told: command line, environment and file. Nobody but {@code
 * DrainerServer} gets it whole.
 *
 * @param initialCommitTs -1 = now
 * @param syncedCheckTime silence after which {@code /status} says Synced
 */
public record DrainerConfig(
    LogSettings log,
    HostPort addr,
    HostPort advertiseAddr,
    String nodeId,
    Path dataDir,
    List<String> pdUrls,
    TlsConfig tls,
    long initialCommitTs,
    Duration syncedCheckTime,
    Push push,
    CollectConfig collect,
    SyncerConfig syncer) {
  private static final int DEFAULT_PORT = 8249;

  /** How to log; see {@code LogSetup}. */
  public record LogSettings(String level, String file, String rotate) {}

  /**
   * A Prometheus Pushgateway.
   *
   * @param address empty = none
   * @param interval zero = never
   */
  public record Push(String address, Duration interval) {
    public boolean enabled() {
      return !address.isEmpty() && !interval.isZero();
    }
  }

  public DrainerConfig {
    pdUrls = List.copyOf(pdUrls);
  }

  /**
   * Reads and checks everything; what is wrong becomes a problem of the section, and then the
   * result must not be used.
   */
  public static DrainerConfig read(Section root, Map<String, String> env) {
    LogSettings log =
        new LogSettings(
            word(root, "log-level", "info", Set.of("debug", "info", "warn", "error", "fatal")),
            root.string("log-file", ""),
            word(root, "log-rotate", "", Set.of("", "hour", "day")));
    root.known("-V", "-config", "-disable-detect", "-disable-dispatch", "-enable-detect");
    root.known("-enable-dispatch");
    TlsConfig tls = TlsConfig.read(root.table("security"));
    HostPort addr = root.hostPort("addr", new HostPort(ownAddress(), DEFAULT_PORT));
    HostPort advertise = root.hostPort("advertise-addr", addr);
    warnIfUnreachable(root, advertise);
    String dataDirText = root.string("data-dir", "");
    Path dataDir = Path.of(dataDirText.isEmpty() ? "data.drainer" : dataDirText);
    String nodeId = root.string("node-id", "").trim();
    DrainerConfig config =
        new DrainerConfig(
            log,
            addr,
            advertise,
            nodeId.isEmpty() ? hostname() + ":" + addr.port() : nodeId,
            dataDir,
            root.pdUrls("pd-urls", "http://127.0.0.1:2379"),
            tls,
            root.longBetween("initial-commit-ts", -1, Long.MAX_VALUE, -1),
            Duration.ofMinutes(root.longBetween("synced-check-time", 1, 1 << 20, 5)),
            push(root),
            CollectConfig.read(root),
            new SyncerReader(root, env, dataDir).read(root.table("syncer")));
    root.ignored("EtcdTimeout", "calls to etcd wait 5 s");
    return config;
  }

  /** The original also takes its field names as keys. */
  private static Push push(Section root) {
    String address = root.string(root.has("metrics-addr") ? "metrics-addr" : "MetricsAddr", "");
    long seconds =
        root.longBetween(
            root.has("metrics-interval") ? "metrics-interval" : "MetricsInterval", 0, 1 << 20, 15);
    root.known("metrics-addr", "metrics-interval", "MetricsAddr", "MetricsInterval");
    return new Push(address, Duration.ofSeconds(seconds));
  }

  private static String word(Section in, String key, String def, Set<String> allowed) {
    String value = in.string(key, def).toLowerCase(Locale.ROOT);
    if (!allowed.contains(value)) {
      in.problem(key, "\"" + value + "\" is none of " + allowed.stream().sorted().toList());
      return def;
    }
    return value;
  }

  private static void warnIfUnreachable(Section root, HostPort advertise) {
    String host = advertise.host();
    boolean local = host.isEmpty() || host.equals("localhost") || host.startsWith("127.");
    if (local || host.equals("0.0.0.0") || host.equals("::1") || host.equals("::")) {
      root.warning(
          "advertise-addr", "pump may not be able to access drainer using this addr: " + advertise);
    }
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** The first IPv4 address that is not a loopback, as the original takes it. */
  private static String ownAddress() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
          .map(InetAddress::getHostAddress)
          .findFirst()
          .orElse("127.0.0.1");
    } catch (SocketException e) {
      return "127.0.0.1";
    }
  }
}
