package io.tidbbinlog.pump;

import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.log.LogSetup;
import io.tidbbinlog.common.metrics.MetricsPush;
import io.tidbbinlog.pump.gc.GcConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * All of a Pump's configuration, checked.
 *
 * @param addr where it listens
 * @param advertiseAddr what it registers in etcd
 * @param socket path of a unix socket, or empty
 * @param nodeId wanted by the operator, or empty; the data directory's own wins
 * @param maxTxnTtl TiDB's {@code performance.max-txn-ttl}: a prewrite that is older and of whose
 *     transaction TiKV knows nothing is given up
 * @param maxMessageBytes the largest gRPC message that is taken
 * @param tolerant whether a failed write is answered as success
 */
public record PumpConfig(
    HostPort addr,
    HostPort advertiseAddr,
    String socket,
    List<String> pdUrls,
    Path dataDir,
    String nodeId,
    Duration heartbeatInterval,
    Duration fakeBinlogInterval,
    Duration maxTxnTtl,
    int maxMessageBytes,
    boolean tolerant,
    Log log,
    Push push,
    TlsConfig tls,
    GcConfig gc,
    StoreConfig storage) {
  private static final int DEFAULT_PORT = 8250;
  private static final Duration SHORTEST_TXN_TTL = Duration.ofMinutes(10);

  /** Where and how much is logged. */
  public record Log(String level, String file, String rotate) {}

  /** The Pushgateway; off when the address is empty or the interval zero. */
  public record Push(String addr, Duration interval) {
    public boolean enabled() {
      return !addr.isEmpty() && !interval.isZero();
    }
  }

  public PumpConfig {
    pdUrls = List.copyOf(pdUrls);
  }

  /**
   * Reads the root table; what is wrong becomes a problem of it.
   *
   * @param ownAddress an address that others reach this machine by, or empty
   */
  static PumpConfig read(Section in, String ownAddress) {
    HostPort addr = addr(in, ownAddress);
    in.used("addr", addr.toString());
    HostPort advertised = advertiseAddr(in, addr);
    in.used("advertise-addr", advertised.toString());
    PumpConfig config =
        new PumpConfig(
            addr,
            advertised,
            socket(in),
            in.pdUrls("pd-urls", "http://127.0.0.1:2379"),
            Path.of(in.used("data-dir", orElse(in.string("data-dir", ""), "data.pump"))),
            nodeId(in),
            heartbeat(in),
            in.seconds("gen-binlog-interval", 1, 3),
            maxTxnTtl(in),
            maxMessage(in),
            in.bool("-enable-tolerant", false),
            log(in),
            push(in),
            TlsConfig.read(in.table("security")),
            GcConfig.read(in),
            StoreConfig.read(in.table("storage")));
    in.known("-config", "-V");
    in.ignored("EtcdDialTimeout", "etcd is waited for as long as it takes");
    return config;
  }

  private static HostPort addr(Section in, String ownAddress) {
    HostPort def =
        new HostPort(
            in.has("addr") || ownAddress.isEmpty() ? "127.0.0.1" : ownAddress, DEFAULT_PORT);
    String text = in.string("addr", "");
    try {
      return text.isEmpty() ? def : HostPort.parse(text);
    } catch (BinlogException e) {
      in.problem("addr", "bad ListenAddr host format: " + e.getMessage());
      return def;
    }
  }

  private static HostPort advertiseAddr(Section in, HostPort addr) {
    String text = in.string("advertise-addr", "");
    HostPort advertised = addr;
    try {
      advertised = text.isEmpty() ? addr : HostPort.parse(text);
    } catch (BinlogException e) {
      in.problem("advertise-addr", "bad AdvertiseAddr host format: " + e.getMessage());
    }
    if (Set.of("", "0.0.0.0", "::").contains(advertised.host())) {
      in.problem(
          "advertise-addr",
          "invalid advertiseAddr host: "
              + advertised.host()
              + ", others could not reach this Pump by it");
    }
    return advertised;
  }

  private static String socket(Section in) {
    String text = in.string("socket", "");
    String path = text.replaceFirst("^unix://", "");
    if (!text.isEmpty() && !path.contains("/")) {
      in.problem("socket", "bad Socket addr format: \"" + text + "\", write unix:///path");
    }
    return path;
  }

  private static String nodeId(Section in) {
    String id = in.string("node-id", "").trim();
    if (id.indexOf('/') >= 0) {
      in.problem("node-id", "\"" + id + "\" has a /, which can't be part of a key in etcd");
    }
    return id;
  }

  private static Duration heartbeat(Section in) {
    Duration wanted = in.seconds("heartbeat-interval", 0, 2);
    return in.used("heartbeat-interval", wanted.isZero() ? Duration.ofSeconds(2) : wanted);
  }

  private static Duration maxTxnTtl(Section in) {
    Duration ttl = in.duration("max-txn-ttl", "1h");
    if (ttl.compareTo(SHORTEST_TXN_TTL) < 0) {
      in.problem(
          "max-txn-ttl",
          "must not be shorter than 10m: younger transactions may still be on their way to TiKV");
    }
    return ttl;
  }

  private static int maxMessage(Section in) {
    long wanted = in.longBetween("-max-message-size", 1, Long.MAX_VALUE, Integer.MAX_VALUE);
    if (wanted > Integer.MAX_VALUE) {
      in.warning("-max-message-size", "a message of gRPC has 2147483647 bytes at most");
    }
    return in.used("-max-message-size", (int) Math.min(wanted, Integer.MAX_VALUE));
  }

  private static Log log(Section in) {
    String level = in.used("log-level", orElse(in.string("log-level", "info"), "info"));
    if (!LogSetup.isLevel(level)) {
      in.problem("log-level", "\"" + level + "\" is none of debug, info, warn, error, fatal");
    }
    String rotate = in.string("log-rotate", "");
    if (!Set.of("", "hour", "day").contains(rotate)) {
      in.problem("log-rotate", "\"" + rotate + "\" is neither hour nor day");
    }
    return new Log(level, in.string("log-file", ""), rotate);
  }

  private static Push push(Section in) {
    // The original's file knows these two only under the names of its fields.
    String def = in.has("MetricsAddr") ? in.string("MetricsAddr", "") : "";
    String addr = in.string("metrics-addr", def);
    if (!addr.isEmpty() && !MetricsPush.isAddress(addr)) {
      in.problem("metrics-addr", "\"" + addr + "\" is neither host:port nor a URL");
    }
    return new Push(
        addr,
        in.seconds(in.has("MetricsInterval") ? "MetricsInterval" : "metrics-interval", 0, 15));
  }

  private static String orElse(String text, String def) {
    return text.isEmpty() ? def : text;
  }
}
