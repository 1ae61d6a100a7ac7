package io.tidbbinlog.playground;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.tidbbinlog.common.lifecycle.ServiceStack;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.playground.cluster.NodeProcess;
import io.tidbbinlog.playground.cluster.ProgramFiles;
import io.tidbbinlog.playground.downstream.Downstream;
import io.tidbbinlog.playground.downstream.Downstream.Verdict;
import io.tidbbinlog.playground.downstream.FileDownstream;
import io.tidbbinlog.playground.downstream.MysqlDownstream;
import io.tidbbinlog.playground.front.ClusterFront;
import io.tidbbinlog.playground.front.RecordedTime;
import io.tidbbinlog.playground.replay.Replay;
import io.tidbbinlog.testkit.recording.RecordedWrite;
import io.tidbbinlog.testkit.recording.Recording;
import io.tidbbinlog.testkit.server.EtcdServer;
import io.tidbbinlog.testkit.server.MariaDbServer;
import io.tidbbinlog.testkit.server.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One run: starts the cluster from the bottom up, replays, waits until everything has arrived,
 * judges. For one thread; what it starts belongs to the workspace.
 */
final class Playground {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(60);
  private static final int SHOWN_DIFFERENCES = 20;

  private final PlaygroundOptions options;
  private final Path dir;
  private final ServiceStack parts;
  private final Progress progress;
  private final Clock clock;
  private final ProgramFiles files = ProgramFiles.find();
  private final Recording recording;
  private final List<RecordedWrite> writes;
  private final RecordedTime time;

  Playground(PlaygroundOptions options, Workspace workspace, Progress progress, Clock clock) {
    this.options = options;
    this.dir = workspace.dir();
    this.parts = workspace.parts();
    this.progress = progress;
    this.clock = clock;
    this.recording = Recording.named(options.recording);
    this.writes = recording.writes();
    this.time = new RecordedTime(clock);
  }

  /** Gives the exit code: 0 if everything arrived as it was recorded, else 1. */
  int run() throws InterruptedException {
    Downstream downstream = downstream();
    downstream.check(recording);
    ClusterFront front = startFront();
    NodeProcess pump = startPump(front);
    ManagedChannel channel = channelTo(pump);
    NodeProcess drainer = startDrainer(front, downstream);
    Replay replay = new Replay(writes, channel, time);
    long start = clock.nanoTime();
    play(replay, pump, drainer);
    long replayed = clock.nanoTime();
    time.runFrom(recording.endTs());
    progress.line(
        "replayed",
        "%d requests of %s in %s"
            .formatted(writes.size(), recording.name(), seconds(start, replayed)));
    awaitArrival(replay, pump, drainer);
    long arrived = clock.nanoTime();
    Verdict verdict = downstream.judge(recording);
    verdict.arrived().forEach(line -> progress.line("", line));
    progress.line(
        "arrived",
        verdict.summary() + ", " + seconds(replayed, arrived) + " after the last request");
    boolean equal = show(verdict);
    if (options.keep) {
      keepRunning(front, drainer, pump, downstream);
    }
    drainer.stop();
    pump.stop();
    return equal ? 0 : 1;
  }

  private Downstream downstream() {
    String to = options.to;
    if (to == null) {
      MariaDbServer server = parts.add(MariaDbServer.start(dir));
      progress.line("MariaDB", "at 127.0.0.1:" + server.port());
      return MysqlDownstream.of(server);
    }
    if (to.startsWith("file:")) {
      return new FileDownstream(Path.of(to.substring("file:".length())));
    }
    if (to.startsWith("mysql:")) {
      return MysqlDownstream.parse(to);
    }
    throw new IllegalArgumentException(
        "--to " + to + ": want mysql://user:password@host:port or file:DIR");
  }

  private ClusterFront startFront() throws InterruptedException {
    EtcdServer etcd = parts.add(EtcdServer.start(dir));
    ClusterFront front =
        parts.start(new ClusterFront(recording, writes, time, Ports.free(), etcd.port()));
    time.standBelow(Replay.firstCommitTs(writes));
    progress.line("cluster", "PD, etcd and TiKV of " + recording.name() + " at " + front.url());
    return front;
  }

  private NodeProcess startPump(ClusterFront front) {
    NodeProcess pump =
        parts.add(
            NodeProcess.start(
                files,
                "pump",
                dir,
                front.url(),
                """
                gen-binlog-interval = 1
                [storage]
                stop-write-at-available-space = "100 mib"
                """));
    progress.line("Pump", "at " + pump.hostPort());
    return pump;
  }

  private ManagedChannel channelTo(NodeProcess pump) throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilder(pump.hostPort(), InsecureChannelCredentials.create()).build();
    parts.add(channel::shutdownNow);
    await(
        "Pump takes binlogs",
        START_LIMIT,
        () -> {
          pump.checkAlive();
          return Replay.isReady(channel, recording.clusterId());
        });
    return channel;
  }

  private NodeProcess startDrainer(ClusterFront front, Downstream downstream) {
    NodeProcess drainer =
        parts.add(
            NodeProcess.start(
                files,
                "drainer",
                dir,
                front.url(),
                "initial-commit-ts = "
                    + recording.initialCommitTs()
                    + "\n"
                    + downstream.settings()));
    progress.line("Drainer", "at " + drainer.hostPort() + ", into " + downstream.describe());
    return drainer;
  }

  /** Replays on a thread of its own and shows how far it is. */
  private void play(Replay replay, NodeProcess pump, NodeProcess drainer)
      throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread sender =
        Threads.named(
            "replay",
            () -> {
              try {
                replay.run();
                done.countDown();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            (thread, cause) -> {
              failure.set(cause);
              done.countDown();
            });
    sender.start();
    await(
        "all is replayed",
        Duration.ofMinutes(10),
        () -> {
          pump.checkAlive();
          drainer.checkAlive();
          show(replay, lastTs(drainer));
          return done.getCount() == 0;
        });
    Throwable cause = failure.get();
    if (cause != null) {
      throw new IllegalStateException(
          cause.getMessage() + "\nsee " + dir.resolve("pump.log"), cause);
    }
  }

  /** Returns when the Drainer has brought everything downstream. Gives up when nothing moves. */
  private void awaitArrival(Replay replay, NodeProcess pump, NodeProcess drainer)
      throws InterruptedException {
    long last = lastTs(drainer);
    long movedAt = clock.nanoTime();
    while (last < recording.endTs()) {
      pump.checkAlive();
      drainer.checkAlive();
      show(replay, last);
      clock.sleep(POLL);
      long now = lastTs(drainer);
      if (now > last) {
        last = now;
        movedAt = clock.nanoTime();
      }
      if (clock.nanoTime() - movedAt > IDLE_LIMIT.toNanos()) {
        throw new IllegalStateException(
            "the Drainer stands at " + last + " since " + IDLE_LIMIT.toSeconds() + " s");
      }
    }
  }

  private static long lastTs(NodeProcess drainer) throws InterruptedException {
    return drainer.status().map(status -> status.path("LastTS")).map(JsonNode::asLong).orElse(0L);
  }

  private void show(Replay replay, long lastTs) {
    long behindMillis =
        Math.max(0, CommitTs.millisOf(recording.endTs()) - CommitTs.millisOf(lastTs));
    progress.changing(
        lastTs <= recording.initialCommitTs()
            ? "replayed %d of %d requests".formatted(replay.acknowledged(), writes.size())
            : "replayed %d of %d requests, Drainer is %.1f s of recorded time before the end"
                .formatted(replay.acknowledged(), writes.size(), behindMillis / 1e3),
        clock.nanoTime());
  }

  private boolean show(Verdict verdict) {
    List<String> differences = verdict.differences();
    if (differences.isEmpty()) {
      progress.line("equal", "what arrived is what was recorded");
      return true;
    }
    progress.line("DIFFERENT", "in " + differences.size() + " places:");
    differences.stream().limit(SHOWN_DIFFERENCES).forEach(line -> progress.line("", line));
    return false;
  }

  private void keepRunning(
      ClusterFront front, NodeProcess drainer, NodeProcess pump, Downstream downstream)
      throws InterruptedException {
    String ctl = files.launcher("binlogctl") + " -pd-urls " + front.url();
    progress.line("");
    progress.line("All keeps running until Ctrl-C. Try:");
    progress.line("  " + ctl + " -cmd pumps");
    progress.line("  " + ctl + " -cmd drainers");
    progress.line("  " + ctl + " -cmd pause-drainer -node-id drainer1");
    progress.line("  curl http://" + pump.hostPort() + "/status");
    progress.line("  curl http://" + drainer.hostPort() + "/metrics");
    if (downstream instanceof MysqlDownstream mysql) {
      progress.line("  mysql " + mysql.clientArguments());
    }
    new CountDownLatch(1).await();
  }

  private void await(String what, Duration atMost, Condition condition)
      throws InterruptedException {
    long deadline = clock.nanoTime() + atMost.toNanos();
    while (!condition.isMet()) {
      if (clock.nanoTime() - deadline > 0) {
        throw new IllegalStateException("not within " + atMost.toSeconds() + " s: " + what);
      }
      clock.sleep(POLL);
    }
  }

  /** Something to wait for. */
  private interface Condition {
    boolean isMet() throws InterruptedException;
  }

  private static String seconds(long fromNanos, long toNanos) {
    return "%.1f s".formatted((toNanos - fromNanos) / 1e9);
  }
}
