package io.tidbbinlog.drainer.config;

import io.tidbbinlog.common.config.FlagSet;

/** The command line of Drainer: every flag of the original, with its twin in the file. */
public final class DrainerFlags {
  /** What the names of environment variables begin with. */
  public static final String ENV_PREFIX = "BINLOG_SERVER_";

  private DrainerFlags() {}

  public static FlagSet declare() {
    return FlagSet.named("drainer", ENV_PREFIX)
        .string("L", "log-level", "info", "log level: debug, info, warn, error, fatal")
        .bool("V", "", "false", "print version information and exit")
        .string("addr", "addr", "", "address to listen on (default: the first own IPv4, port 8249)")
        .string("advertise-addr", "advertise-addr", "", "address that others use (default: -addr)")
        .integer("c", "syncer.worker-count", "16", "connections that write downstream at once")
        .integer(
            "cache-binlog-count", "cache-binlog-count", "8", "binlogs waiting for the downstream")
        .integer("channel-id", "syncer.channel-id", "0", "channel of this Drainer in a two-way set")
        .string("compressor", "compressor", "", "compression of what Pumps send: empty or gzip")
        .string("config", "", "", "path of the configuration file")
        .configCheck()
        .string("data-dir", "data-dir", "data.drainer", "directory of the position and of files")
        .string("dest-db-type", "syncer.db-type", "mysql", "downstream: mysql, tidb or file")
        .integer("detect-interval", "detect-interval", "10", "seconds between looks at all Pumps")
        .bool("disable-detect", "", "false", "don't look for transactions with equal keys")
        .bool("disable-dispatch", "", "false", "write all transactions through one connection")
        .bool("enable-detect", "", "true", "look for transactions with equal keys")
        .bool("enable-dispatch", "", "true", "spread transactions over the connections")
        .string(
            "ignore-schemas",
            "syncer.ignore-schemas",
            SyncerReader.IGNORE_SCHEMAS,
            "databases to leave out, separated by commas")
        .integer(
            "initial-commit-ts",
            "initial-commit-ts",
            "-1",
            "position to start from where none is stored; -1 = now")
        .bool("load-schema-snapshot", "syncer.load-schema-snapshot", "false", "accepted, no effect")
        .bool("load-table-infos", "syncer.load-table-infos", "false", "accepted, no effect")
        .string("log-file", "log-file", "", "log file (default: stdout)")
        .string("log-rotate", "log-rotate", "", "new log file every hour or day")
        .bool("loopback-control", "syncer.loopback-control", "false", "leave out what we wrote")
        .string("metrics-addr", "metrics-addr", "", "address of a Prometheus Pushgateway")
        .integer("metrics-interval", "metrics-interval", "15", "seconds between pushes; 0 = off")
        .string("node-id", "node-id", "", "id of this Drainer (default: hostname:port)")
        .string("pd-urls", "pd-urls", "http://127.0.0.1:2379", "PD's URLs, separated by commas")
        .string("relay-log-dir", "syncer.relay.log-dir", "", "directory of the relay log")
        .integer(
            "relay-max-file-size", "syncer.relay.max-file-size", "10485760", "bytes per relay file")
        .bool("safe-mode", "syncer.safe-mode", "false", "write rows so that repeating does no harm")
        .bool("sync-ddl", "syncer.sync-ddl", "true", "bring DDL downstream")
        .integer("synced-check-time", "synced-check-time", "5", "minutes of silence until Synced")
        .integer("txn-batch", "syncer.txn-batch", "20", "row changes per downstream transaction");
  }
}
