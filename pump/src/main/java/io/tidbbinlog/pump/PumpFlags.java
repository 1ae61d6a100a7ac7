package io.tidbbinlog.pump;

import io.tidbbinlog.common.config.FlagSet;

/** The flags of a Pump: the original's of every version, and their keys in the file. */
final class PumpFlags {
  private PumpFlags() {}

  static FlagSet flags() {
    return FlagSet.named("pump", "PUMP_")
        .about(
            """

            pump verify, pump inspect: look at the data of a Pump that does not run; -h tells more.
            """)
        .string("L", "log-level", "info", "log level: debug, info, warn, error, fatal")
        .bool("V", "", "false", "print version information and exit")
        .string("addr", "addr", "", "listen address host:port; the host's own IPv4 and port 8250")
        .string("advertise-addr", "advertise-addr", "", "address that others reach this Pump by")
        .string("socket", "socket", "", "unix socket that is served as well, unix:///path")
        .string(
            "pd-urls",
            "pd-urls",
            "http://127.0.0.1:2379",
            "a comma separated list of PD's client URLs")
        .string("data-dir", "data-dir", "", "the directory of everything this Pump keeps")
        .integer(
            "heartbeat-interval",
            "heartbeat-interval",
            "2",
            "number of seconds between heartbeats in etcd")
        .string(
            "gc",
            "gc",
            "7",
            "how long binlogs are kept: an integer is days, else a duration such as 8h")
        .string("log-file", "log-file", "", "log file; stdout without one")
        .string("log-rotate", "log-rotate", "", "log file rotate type, hour or day")
        .string("metrics-addr", "metrics-addr", "", "Prometheus Pushgateway; empty is off")
        .integer(
            "metrics-interval",
            "metrics-interval",
            "15",
            "number of seconds between pushes to the Pushgateway; 0 is off")
        .string("config", "", "", "path to the configuration file")
        .configCheck()
        .string("node-id", "node-id", "", "the id of this node; host:port if not given")
        .integer(
            "fake-binlog-interval",
            "gen-binlog-interval",
            "3",
            "number of idle seconds after which a watermark is sent")
        .integer(
            "max-message-size", "", "2147483647", "the largest gRPC message in bytes that is taken")
        .bool(
            "enable-tolerant",
            "",
            "false",
            "answer a failed write with success: binlogs may be lost")
        .deprecatedBool("enable-debug", "", "it never had one")
        .deprecatedBool("enable-binlog-slice", "", "it belongs to the Kafka version")
        .deprecated("binlog-slice-size", "", "it belongs to the Kafka version")
        .deprecated("binlog-file-size", "", "it belongs to the Kafka version");
  }
}
