package io.tidbbinlog.drainer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.net.Readiness;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.drainer.node.DrainerNode;
import io.tidbbinlog.drainer.node.DrainerRoutes;
import io.tidbbinlog.drainer.pipeline.Pipeline;
import io.tidbbinlog.drainer.pipeline.Pipeline.PipelineStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the outside may ask, before and while the pipeline runs. Thread-safe. */
final class DrainerStatus implements DrainerRoutes.Node, Readiness {
  private static final Duration WORTH_NAMING = Duration.ofSeconds(5);
  private static final Duration READY_WITHIN = Duration.ofSeconds(30);
  private static final Duration NOTIFY_POLL = Duration.ofMillis(50);

  private final String nodeId;
  private final Duration syncedCheckTime;
  private final Clock clock;
  private final Predicate<Boolean> onStop;
  private volatile String starting = "starting";
  private volatile @Nullable Pipeline pipeline;
  private volatile @Nullable DrainerNode node;

  /**
   * @param onStop told to pause (false) or close (true); says whether that was taken
   */
  DrainerStatus(String nodeId, Duration syncedCheckTime, Clock clock, Predicate<Boolean> onStop) {
    this.nodeId = nodeId;
    this.syncedCheckTime = syncedCheckTime;
    this.clock = clock;
    this.onStop = onStop;
  }

  /** Why the start is not over. */
  void startingWith(String what) {
    starting = what;
  }

  void running(Pipeline started, DrainerNode registered) {
    node = registered;
    pipeline = started;
  }

  /** For Notify: waits for the start too, as a Pump may come while we are at it. */
  void refresh(Duration timeout) throws InterruptedException {
    long end = clock.nanoTime() + timeout.toNanos();
    Pipeline running = pipeline;
    while (running == null) {
      if (clock.nanoTime() - end > 0) {
        throw new BinlogException(ErrorCode.CLOSED, "the Drainer is not running yet: " + starting);
      }
      clock.sleep(NOTIFY_POLL);
      running = pipeline;
    }
    running.refresh(Duration.ofNanos(Math.max(0, end - clock.nanoTime())));
  }

  @Override
  public Optional<String> problem() {
    Pipeline running = pipeline;
    if (running == null) {
      return Optional.of(starting);
    }
    PipelineStatus now = running.status();
    if (!now.pumpsKnown()) {
      return Optional.of("the list of Pumps could not be read yet");
    }
    if (now.heldBack().since().compareTo(READY_WITHIN) > 0) {
      return Optional.of(
          "the merge has waited " + now.heldBack().since() + " for " + now.heldBack().pumps());
    }
    return Optional.empty();
  }

  @Override
  public DrainerRoutes.Status status() {
    Pipeline running = pipeline;
    if (running == null) {
      return new DrainerRoutes.Status(false, Map.of(), false, 0, List.of());
    }
    PipelineStatus now = running.status();
    Map<String, Long> pumpTs = new HashMap<>();
    now.pumps().forEach((id, pump) -> pumpTs.put(id, pump.source().receivedTs()));
    boolean named = now.heldBack().since().compareTo(WORTH_NAMING) >= 0;
    return new DrainerRoutes.Status(
        now.pumpsKnown(),
        pumpTs,
        synced(now),
        now.appliedTs(),
        named ? now.heldBack().pumps() : List.of());
  }

  /**
   * The original says so after minutes without a success, stuck or not; here nothing may be on its
   * way either.
   */
  private boolean synced(PipelineStatus now) {
    return now.pumpsKnown()
        && now.appliedTs() >= now.lastDataTs()
        && now.sinceData().compareTo(syncedCheckTime) >= 0
        && now.heldBack().since().compareTo(READY_WITHIN) < 0;
  }

  @Override
  public long commitTs() {
    Pipeline running = pipeline;
    return running == null ? 0 : running.status().appliedTs();
  }

  @Override
  public String details() {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("nodeId", nodeId).put("state", state());
    Pipeline running = pipeline;
    problem().ifPresent(why -> all.put("notReady", why));
    if (running != null) {
      PipelineStatus now = running.status();
      all.put("mergedTs", now.mergedTs()).put("appliedTs", now.appliedTs());
      all.put("lastDataTs", now.lastDataTs()).put("synced", synced(now));
      all.put("lagMillis", clock.wallMillis() - CommitTs.millisOf(now.appliedTs()));
      ArrayNode waiting = all.putArray("waitingFor");
      now.heldBack().pumps().forEach(waiting::add);
      all.put("waitingMillis", now.heldBack().since().toMillis());
      ObjectNode pumps = all.putObject("pumps");
      now.pumps()
          .forEach(
              (id, pump) ->
                  pumps
                      .putObject(id)
                      .put("state", pump.state())
                      .put("address", pump.source().address())
                      .put("stream", pump.source().state().name().toLowerCase(Locale.ROOT))
                      .put("receivedTs", pump.source().receivedTs())
                      .put("waitingBytes", pump.source().waitingBytes())
                      .put("error", pump.source().error()));
    }
    return all.toPrettyString();
  }

  @Override
  public String nodeId() {
    return nodeId;
  }

  @Override
  public String state() {
    DrainerNode registered = node;
    return registered == null ? "starting" : registered.state().word();
  }

  @Override
  public boolean stop(boolean forGood) {
    return onStop.test(forGood);
  }
}
