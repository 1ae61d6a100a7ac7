package io.tidbbinlog.pump;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.config.CommandLine;
import io.tidbbinlog.pump.kv.KvTuning;
import io.tidbbinlog.testkit.SampleConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PumpConfigTest {
  @TempDir Path dir = Path.of("");
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  @Test
  void hasTheOriginalsDefaults() {
    PumpConfig config = config();
    assertThat(config.addr()).hasToString("10.1.2.3:8250");
    assertThat(config.advertiseAddr()).hasToString("10.1.2.3:8250");
    assertThat(config.pdUrls()).containsExactly("http://127.0.0.1:2379");
    assertThat(config.dataDir()).isEqualTo(Path.of("data.pump"));
    assertThat(config.heartbeatInterval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.fakeBinlogInterval()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.maxTxnTtl()).isEqualTo(Duration.ofHours(1));
    assertThat(config.maxMessageBytes()).isEqualTo(Integer.MAX_VALUE);
    assertThat(config.tolerant()).isFalse();
    assertThat(config.log()).isEqualTo(new PumpConfig.Log("info", "", ""));
    assertThat(config.push().enabled()).isFalse();
    assertThat(config.push().interval()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.tls().enabled()).isFalse();
    assertThat(config.gc().keep()).isEqualTo(Duration.ofDays(7));
    assertThat(config.gc().refuseGap()).isTrue();
    assertThat(config.storage())
        .isEqualTo(
            new StoreConfig(
                true, 1 << 20, Duration.ofSeconds(1), 10L << 30, false, KvTuning.DEFAULT));
  }

  @Test
  void takesEveryFlag() {
    PumpConfig config =
        config(
            "-L=debug",
            "--addr=127.0.0.1:1",
            "-advertise-addr",
            "pump:2",
            "-socket=unix:///tmp/p.sock",
            "-pd-urls=http://b:2,http://a:1",
            "-data-dir=/d",
            "-heartbeat-interval=0",
            "-gc=8h",
            "-log-file=/l",
            "-log-rotate=hour",
            "-metrics-addr=m:9091",
            "-metrics-interval=1",
            "-node-id=n",
            "-fake-binlog-interval=5",
            "-max-message-size=9223372036854775807",
            "-enable-tolerant",
            "-enable-debug",
            "-binlog-file-size=1",
            "-binlog-slice-size=1",
            "-enable-binlog-slice");
    assertThat(config.addr()).hasToString("127.0.0.1:1");
    assertThat(config.advertiseAddr()).hasToString("pump:2");
    assertThat(config.socket()).isEqualTo("/tmp/p.sock");
    assertThat(config.pdUrls()).containsExactly("http://a:1", "http://b:2");
    assertThat(config.dataDir()).isEqualTo(Path.of("/d"));
    assertThat(config.heartbeatInterval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.gc().keep()).isEqualTo(Duration.ofHours(8));
    assertThat(config.log()).isEqualTo(new PumpConfig.Log("debug", "/l", "hour"));
    assertThat(config.push()).isEqualTo(new PumpConfig.Push("m:9091", Duration.ofSeconds(1)));
    assertThat(config.nodeId()).isEqualTo("n");
    assertThat(config.fakeBinlogInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.maxMessageBytes()).isEqualTo(Integer.MAX_VALUE);
    assertThat(config.tolerant()).isTrue();
  }

  @Test
  void takesEveryKeyOfTheFile() throws IOException {
    PumpConfig config =
        config(
            "-config",
            file(
                """
                addr = "127.0.0.1:1"
                advertise-addr = "pump:2"
                socket = "unix:///tmp/p.sock"
                pd-urls = "http://a:1"
                data-dir = "/d"
                node-id = "n"
                log-file = "/l"
                log-level = "warn"
                log-rotate = "day"
                heartbeat-interval = 3
                gen-binlog-interval = 4
                gc = 5
                gc-gap = "skip"
                gc-hard-limit = "100 gib"
                gc-hard-limit-age = 30
                MetricsAddr = "m:1"
                MetricsInterval = 6
                [storage]
                sync-log = false
                kv_chan_cap = 7
                slow_write_threshold = 0.5
                stop-write-at-available-space = "1 gb"
                damaged-log = "salvage"
                [storage.kv]
                block-cache-capacity = 1
                block-restart-interval = 2
                block-size = 3
                compaction-L0-trigger = 4
                compaction-table-size = 5
                compaction-total-size = 6
                compaction-total-size-multiplier = 7.5
                write-buffer = 8
                write-L0-pause-trigger = 9
                write-L0-slowdown-trigger = 10
                [security]
                cert-allowed-cn = ["a"]
                """));
    assertThat(config.gc().keep()).isEqualTo(Duration.ofDays(5));
    assertThat(config.gc().refuseGap()).isFalse();
    assertThat(config.gc().hardLimitBytes()).isEqualTo(100L << 30);
    assertThat(config.gc().hardLimitAge()).isEqualTo(Duration.ofDays(30));
    assertThat(config.heartbeatInterval()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.fakeBinlogInterval()).isEqualTo(Duration.ofSeconds(4));
    assertThat(config.push()).isEqualTo(new PumpConfig.Push("m:1", Duration.ofSeconds(6)));
    assertThat(config.log()).isEqualTo(new PumpConfig.Log("warn", "/l", "day"));
    assertThat(config.storage())
        .isEqualTo(
            new StoreConfig(
                false,
                7,
                Duration.ofMillis(500),
                1_000_000_000L,
                true,
                new KvTuning(1, 2, 3, 8, 5, 6, 7.5, 4, 10, 9)));
  }

  @Test
  void aNumberOfSecondsMayHaveEveryFormOfAnInteger() {
    assertThat(config("-heartbeat-interval=0x10").heartbeatInterval())
        .isEqualTo(Duration.ofSeconds(16));
    assertThat(config("-heartbeat-interval=1_000").heartbeatInterval())
        .isEqualTo(Duration.ofSeconds(1000));
    assertThat(config("-gc=08").gc().keep()).isEqualTo(Duration.ofDays(8));
  }

  @Test
  void commandLineWinsOverEnvironmentWinsOverFile() throws IOException {
    String file = file("node-id = \"file\"\ndata-dir = \"file\"\nlog-level = \"error\"\n");
    var line =
        read(
            Map.of("PUMP_NODE_ID", "env", "PUMP_DATA_DIR", "env"),
            "-config",
            file,
            "-node-id",
            "flag");
    PumpConfig config = line.config().orElseThrow();
    assertThat(config.nodeId()).isEqualTo("flag");
    assertThat(config.dataDir()).isEqualTo(Path.of("env"));
    assertThat(config.log().level()).isEqualTo("error");
  }

  @Test
  void saysEverythingThatIsWrongAtOnce() throws IOException {
    var line =
        read(
            Map.of(),
            "-addr=0.0.0.0:8250",
            "-pd-urls=127.0.0.1:2379",
            "-gc=0",
            "-config",
            file("heartbeat-intervall = 3\nlog-rotate = \"week\"\n"));
    assertThat(line.config()).isEmpty();
    assertThat(line.exitCode()).isEqualTo(2);
    assertThat(errors.toString(StandardCharsets.UTF_8).lines())
        .hasSize(5)
        .anyMatch(text -> text.contains("invalid advertiseAddr host: 0.0.0.0"))
        .anyMatch(text -> text.contains("parse EtcdURLs error"))
        .anyMatch(text -> text.contains("must bigger than 0"))
        .anyMatch(text -> text.contains("heartbeat-intervall") && text.contains("interval"))
        .anyMatch(text -> text.contains("neither hour nor day"));
  }

  /** The original takes some of these, and spins. */
  @Test
  void refusesWhatNoPumpCanWorkWith() throws IOException {
    var line =
        read(
            Map.of(),
            "-heartbeat-interval=-1",
            "-fake-binlog-interval=0",
            "-metrics-interval=-1",
            "-metrics-addr=not a host",
            "-node-id=a/b",
            "-gc=7d",
            "-socket=pump.sock",
            "-max-message-size=0",
            "-L=loud",
            "-config",
            file("[storage]\nkv_chan_cap = \"many\"\nstop-write-at-available-space = \"-1\"\n"));
    assertThat(line.exitCode()).isEqualTo(2);
    assertThat(errors.toString(StandardCharsets.UTF_8).lines())
        .hasSize(11)
        .anyMatch(text -> text.startsWith("-heartbeat-interval: must be at least 0 s"))
        .anyMatch(text -> text.startsWith("-fake-binlog-interval: must be at least 1 s"))
        .anyMatch(text -> text.startsWith("-metrics-interval: must be at least 0 s"))
        .anyMatch(text -> text.startsWith("-metrics-addr: \"not a host\" is neither"))
        .anyMatch(text -> text.startsWith("-node-id: \"a/b\" has a /"))
        .anyMatch(text -> text.startsWith("-gc: "))
        .anyMatch(text -> text.startsWith("-socket: bad Socket addr format"))
        .anyMatch(text -> text.startsWith("-max-message-size: must be in 1"))
        .anyMatch(text -> text.startsWith("-L: \"loud\" is none of"))
        .anyMatch(text -> text.contains(":2: storage.kv_chan_cap: must be an integer"))
        .anyMatch(text -> text.contains(":3: storage.stop-write-at-available-space: "));
  }

  @Test
  void theSampleChangesNothing() throws IOException {
    assertThat(config("-config=" + file(SampleConfig.asDelivered("pump.toml"))))
        .isEqualTo(config());
  }

  @Test
  void everyKeyOfTheSampleIsKnownAndSaysTheDefault() throws IOException {
    Path pem = Files.createFile(dir.resolve("some.pem"));
    PumpConfig all = config("-config=" + file(SampleConfig.everythingOn("pump.toml", pem)));
    PumpConfig def = config();
    assertThat(all.storage()).isEqualTo(def.storage());
    assertThat(all.gc()).isEqualTo(def.gc());
    assertThat(all.push()).isEqualTo(def.push());
    assertThat(all.heartbeatInterval()).isEqualTo(def.heartbeatInterval());
    assertThat(all.fakeBinlogInterval()).isEqualTo(def.fakeBinlogInterval());
    assertThat(all.tls().enabled()).isTrue();
  }

  /** Keys of the sample are all keys there are, see above. */
  @Test
  void everySettingIsExplained() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "pump.md"));
    Pattern setting = Pattern.compile("(?m)^# ([A-Za-z][\\w-]*) = ");
    List<String> keys = first(setting, SampleConfig.asDelivered("pump.toml"));
    assertThat(keys).hasSizeGreaterThan(30);
    assertThat(keys).filteredOn(key -> !page.contains("`" + key + "`")).isEmpty();
    List<String> flags = first(Pattern.compile("(?m)^  -([\\w-]+)"), PumpFlags.flags().usage());
    assertThat(flags).hasSizeGreaterThan(15);
    assertThat(flags)
        .filteredOn(flag -> !page.contains("`" + flag + "`") && !page.contains("-" + flag))
        .isEmpty();
  }

  private static List<String> first(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }

  private PumpConfig config(String... args) {
    return read(Map.of(), args)
        .config()
        .orElseThrow(() -> new AssertionError(errors.toString(StandardCharsets.UTF_8)));
  }

  private CommandLine.Result<PumpConfig> read(Map<String, String> env, String... args) {
    PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
    return CommandLine.read(
        PumpFlags.flags(), args, env, in -> PumpConfig.read(in, "10.1.2.3"), err, err);
  }

  private String file(String text) throws IOException {
    Path file = dir.resolve("pump.toml");
    Files.writeString(file, text);
    return file.toString();
  }
}
