package io.tidbbinlog.pump.rpc;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code GET /api/v1/status}, described in {@code openapi.yaml}: a test compares the
 * two. Timestamps of PD and the cluster id are strings, as their 64 bits don't fit JavaScript's
 * numbers; times are ISO 8601. What is null is left out.
 *
 * @param notReady why no TiDB should write here now
 * @param offline what going offline waits for, while the Pump is closing
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PumpStatus(
    String nodeId,
    String advertiseAddr,
    String state,
    @Nullable String notReady,
    String clusterId,
    String version,
    String commit,
    Watermark watermark,
    @Nullable Offline offline,
    Queue queue,
    Space space,
    Store store,
    Gc gc,
    Drainers drainers,
    List<Pull> pulls) {
  public PumpStatus {
    pulls = List.copyOf(pulls);
  }

  /**
   * Up to where everything is complete.
   *
   * @param ageSeconds by PD's clock; null before PD was asked
   * @param openPrewrites stored prewrites whose outcome is not known
   * @param askedAbout those of them that TiKV is asked about
   * @param lateCommits commits that readers had passed when they came
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Watermark(
      String ts,
      @Nullable String time,
      @Nullable Double ageSeconds,
      int openPrewrites,
      int askedAbout,
      long lateCommits,
      @Nullable WaitsFor waitsFor) {}

  /** The transaction that the watermark can't pass, and for how long this process has known it. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record WaitsFor(String startTs, @Nullable String startTime, double sinceSeconds) {}

  /**
   * What going offline waits for: first for open prewrites, then for Drainers.
   *
   * @param neededTs what Drainers have to reach; null before that is known
   * @param behind ids of those that have not
   * @param error why Drainers can't be seen
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Offline(
      int openPrewrites, @Nullable String neededTs, List<String> behind, @Nullable String error) {
    public Offline {
      behind = List.copyOf(behind);
    }
  }

  /** What waits to be stored. */
  public record Queue(long binlogs, long bytes) {}

  /** The disk. */
  public record Space(
      long capacityBytes, long availableBytes, long stopWriteAtBytes, boolean writable) {}

  /** RocksDB. */
  public record Store(
      long bytes,
      boolean writesStopped,
      long delayedWriteRateBytes,
      double stallSeconds,
      long level0Files,
      long pendingCompactionBytes,
      long memtableBytes,
      long backgroundErrors) {}

  /**
   * Garbage collection; also the answer of {@code /api/v1/gc}.
   *
   * @param gcTs binlogs up to here may be gone
   * @param keepSeconds how long binlogs are kept
   * @param lastRun PD's time of the last collection
   * @param outcome of the last collection
   * @param heldBackBy the Drainer that still needs older binlogs
   * @param forced how often binlogs were purged that a Drainer still needed
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Gc(
      String gcTs,
      @Nullable String gcTime,
      long keepSeconds,
      boolean running,
      @Nullable String lastRun,
      String outcome,
      @Nullable String heldBackBy,
      @Nullable String heldBackAtTs,
      long forced) {}

  /**
   * Drainers that are not offline.
   *
   * @param problem why this list may be old
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Drainers(List<Drainer> list, @Nullable String problem) {
    public Drainers {
      list = List.copyOf(list);
    }
  }

  /** One of them, as etcd has it. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Drainer(
      String nodeId,
      String host,
      String state,
      String checkpointTs,
      @Nullable String checkpointTime,
      double lagSeconds) {}

  /** A connection over which a Drainer pulls, and up to where it has got everything. */
  public record Pull(String positionTs, double lagSeconds) {}
}
