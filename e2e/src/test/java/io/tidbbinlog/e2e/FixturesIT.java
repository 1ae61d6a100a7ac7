package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.e2e.chain.DrainerProcess;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.files.PbFiles;
import io.tidbbinlog.e2e.process.FreePorts;
import io.tidbbinlog.playground.front.ClusterFront;
import io.tidbbinlog.playground.front.RecordedTime;
import io.tidbbinlog.playground.replay.Replay;
import io.tidbbinlog.testkit.recording.RecordedWrite;
import io.tidbbinlog.testkit.recording.Recording;
import io.tidbbinlog.testkit.server.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What real TiDB servers sent, through our Pump and our Drainer as whole programs into pb files:
 * the same messages in the same order and bytes as the original Drainer wrote.
 */
class FixturesIT {
  private static final Duration CATCH_UP = Duration.ofMinutes(2);

  @ParameterizedTest
  @ValueSource(strings = {"tidb8", "tidb7"})
  void writesTheSameMessagesAsTheOriginal(String name, @TempDir Path dir) throws Exception {
    Recording recording = Recording.named(name);
    List<RecordedWrite> writes = recording.writes();
    RecordedTime time = new RecordedTime(Clock.SYSTEM);
    try (EtcdServer etcd = EtcdServer.start(dir.resolve("etcd"));
        ClusterFront front =
            new ClusterFront(recording, writes, time, FreePorts.one(), etcd.port())) {
      front.start();
      Path output = dir.resolve("output");
      try (PumpProcess pump = PumpProcess.in(dir, "pump", front.url());
          DrainerProcess drainer =
              DrainerProcess.intoFiles(
                  dir, "drainer", front.url(), recording.initialCommitTs(), output)) {
        pump.start();
        ManagedChannel channel =
            Grpc.newChannelBuilder(pump.hostPort(), InsecureChannelCredentials.create()).build();
        new Replay(writes, channel, time).run();
        channel.shutdownNow();
        time.runFrom(recording.endTs());
        drainer.start();
        drainer.await("at the end", CATCH_UP, () -> drainer.lastTs() >= recording.endTs());
        drainer.stop();
        pump.stop();
      }
      assertThat(differences(original(recording, dir), PbFiles.payloads(output))).isEmpty();
    }
  }

  private static List<byte[]> original(Recording recording, Path dir) throws Exception {
    Path original = Files.createDirectories(dir.resolve("original"));
    Files.write(original.resolve("binlog-0000000000000000-20260101000000"), recording.pbFile());
    return PbFiles.payloads(original);
  }

  /** Equal payloads make equal frames: magic, length and checksum are the reader's to check. */
  private static List<String> differences(List<byte[]> expected, List<byte[]> actual) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      if (!Arrays.equals(expected.get(i), actual.get(i))) {
        List<String> want = PbFiles.lines(expected.get(i));
        List<String> have = PbFiles.lines(actual.get(i));
        differences.add(
            "message "
                + i
                + " of "
                + want.get(0)
                + ":\n - "
                + without(want, have)
                + "\n + "
                + without(have, want));
      }
    }
    if (expected.size() != actual.size()) {
      differences.add(expected.size() + " messages expected, " + actual.size() + " written");
    }
    return differences;
  }

  private static String without(List<String> lines, List<String> others) {
    List<String> left = new ArrayList<>(lines);
    left.removeAll(others);
    return String.join("\n   ", left);
  }
}
