package io.tidbbinlog.ctl;

import io.tidbbinlog.common.config.FlagSet;
import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The command line (spec: binlogctl.md §1); there is no configuration file. */
record CtlConfig(
    String command,
    String nodeId,
    Path dataDir,
    List<String> pdUrls,
    TlsConfig tls,
    String timeZone,
    String state,
    ShowOffline showOffline,
    String text,
    OutputForm output,
    Duration waitFor) {

  /** Which nodes a listing has; {@code BY_FORM} when the flag is not given. */
  enum ShowOffline {
    YES,
    NO,
    BY_FORM
  }

  private static final String DATA_DIR = "binlog_position";

  static FlagSet flags() {
    return FlagSet.named("binlogctl", "")
        .bool("V", "", "false", "print version and exit")
        .string(
            "cmd",
            "",
            "pumps",
            "what to do: pumps, drainers, update-pump, update-drainer, pause-pump, pause-drainer,"
                + " offline-pump, offline-drainer, generate_meta, encrypt")
        .string("node-id", "", "", "id of the node to update, pause or take offline")
        .string("data-dir", "", DATA_DIR, "directory for the savepoint of generate_meta")
        .string("pd-urls", "", "http://127.0.0.1:2379", "comma-separated list of PD's client URLs")
        .string("ssl-ca", "ssl-ca", "", "file with trusted CAs; turns TLS on")
        .string("ssl-cert", "ssl-cert", "", "file with the client certificate")
        .string("ssl-key", "ssl-key", "", "file with the client certificate's key")
        .string(
            "time-zone",
            "",
            "",
            "zone such as Asia/Shanghai or Local, in which generate_meta shows the time as well")
        .string(
            "state",
            "",
            "",
            "state for update-pump and update-drainer: online, pausing, paused, closing, offline")
        .bool("show-offline-nodes", "", "false", "list nodes in state offline, too")
        .string("text", "", "", "plain text for encrypt")
        .string(
            "o",
            "",
            "guide",
            "form of the output: guide (lines as the user guide shows them), v3 (lines of later"
                + " releases), table, json")
        .string(
            "wait",
            "",
            "5m",
            "how long pause-… and offline-… wait for the node's final state; 0 = not at all");
  }

  static CtlConfig read(Section in) {
    TlsConfig tls = TlsConfig.read(in);
    String dataDir = in.string("-data-dir", DATA_DIR);
    return new CtlConfig(
        in.string("-cmd", "pumps"),
        in.string("-node-id", ""),
        Path.of(dataDir.isEmpty() ? DATA_DIR : dataDir),
        pdUrls(in, tls),
        tls,
        in.string("-time-zone", ""),
        in.string("-state", ""),
        showOffline(in),
        in.string("-text", ""),
        outputForm(in),
        in.duration("-wait", "5m"));
  }

  private static List<String> pdUrls(Section in, TlsConfig tls) {
    try {
      return PdAddresses.parse(in.string("-pd-urls", "http://127.0.0.1:2379"), tls.enabled());
    } catch (BinlogException e) {
      in.problem("-pd-urls", String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  private static ShowOffline showOffline(Section in) {
    if (!in.has("-show-offline-nodes")) {
      return ShowOffline.BY_FORM;
    }
    return in.bool("-show-offline-nodes", false) ? ShowOffline.YES : ShowOffline.NO;
  }

  private static OutputForm outputForm(Section in) {
    String word = in.string("-o", "guide");
    return OutputForm.parse(word)
        .orElseGet(
            () -> {
              in.problem("-o", "\"" + word + "\" is none of guide, v3, table, json");
              return OutputForm.GUIDE;
            });
  }
}
