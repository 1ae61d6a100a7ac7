package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.kv.KvStore;
import io.tidbbinlog.pump.kv.KvStore.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole store and judges it: every checksum, that each binlog lies under its own ts, that
 * each commit that readers may ask for has its prewrite, and that the marks of open prewrites fit.
 *
 * <p>Memory: 8 bytes for each open prewrite, one binlog at a time, and the first {@value
 * #MAX_FINDINGS} findings. For one thread, once.
 */
public final class StoreAudit {
  private static final int MAX_FINDINGS = 1000;

  private final KvStore kv;
  private final long gcTs;
  private final Progress progress;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<Problem, Long> found = new EnumMap<>(Problem.class);
  private long[] open = new long[1024];
  private int openCount;
  private long prewrites;
  private long prewriteBytes;
  private long commits;
  private long commitBytes;
  private long watermarks;
  private long paired;
  private long purged;
  private long firstCommit;
  private long lastCommit;

  /** Told how far it is. */
  public interface Progress {
    /**
     * Called for every entry; must be quick.
     *
     * @param what is being read
     * @param ts where it is
     * @param last where that ends
     */
    void at(String what, long ts, long last);
  }

  /** What can be wrong with a store. */
  public enum Problem {
    DAMAGED("can't be read, or is not what TiDB writes"),
    MISPLACED("a binlog lies under another ts than its own"),
    ORPHAN("a commit has no prewrite here, Drainers don't get it"),
    SAME_TS("two transactions have one commit-ts"),
    OPEN_WITHOUT_PREWRITE("a prewrite is marked as open and is not here"),
    OPEN_BUT_COMMITTED("a prewrite is marked as open, but its commit is here");

    private final String meaning;

    Problem(String meaning) {
      this.meaning = meaning;
    }

    public String meaning() {
      return meaning;
    }
  }

  /** One thing that is wrong, in one line. */
  public record Finding(Problem problem, String text) {}

  /**
   * What was read.
   *
   * @param purged commits at or below the gc-ts that are still here; nobody may ask for them
   * @param paired commits that have their prewrite
   * @param firstCommit 0 when there is none
   * @param findings the first ones of them
   * @param counts of all findings
   */
  public record Report(
      long prewrites,
      long prewriteBytes,
      long commits,
      long commitBytes,
      long watermarks,
      long open,
      long paired,
      long purged,
      long firstCommit,
      long lastCommit,
      List<Finding> findings,
      Map<Problem, Long> counts) {
    public Report {
      findings = List.copyOf(findings);
      counts = Map.copyOf(counts);
    }

    public long count(Problem problem) {
      return counts.getOrDefault(problem, 0L);
    }

    /** All findings, also those that were too many to keep. */
    public long count() {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    public boolean isClean() {
      return findings.isEmpty();
    }

    /**
     * Prewrites that ended without a commit here: rolled back, or committed through another Pump.
     */
    public long ended() {
      return Math.max(0, prewrites - paired - open);
    }
  }

  StoreAudit(KvStore kv, long gcTs, Progress progress) {
    this.kv = kv;
    this.gcTs = gcTs;
    this.progress = progress;
  }

  Report run() {
    readOpen();
    readPrewrites();
    readCommits();
    return new Report(
        prewrites,
        prewriteBytes,
        commits,
        commitBytes,
        watermarks,
        openCount,
        paired,
        purged,
        firstCommit,
        lastCommit,
        findings,
        found);
  }

  private DamageSteppingScan all(Space space) {
    return new DamageSteppingScan(
        kv,
        space,
        0,
        Long.MAX_VALUE,
        (where, from, to, why) ->
            add(
                Problem.DAMAGED,
                where
                    + (from == to ? " of ts " + from : " with ts in " + from + "…" + to)
                    + " can't be read: "
                    + why));
  }

  private long lastOf(Space space) {
    try {
      byte[] key = kv.lastKey(space, StoreKeys.NOTHING);
      return key == null ? 0 : StoreKeys.firstTs(key);
    } catch (BinlogException e) {
      if (e.code() != ErrorCode.STORAGE_CORRUPT) {
        throw e;
      }
      return 0; // only the progress is less exact
    }
  }

  private void readOpen() {
    long last = lastOf(Space.OPEN);
    try (DamageSteppingScan scan = all(Space.OPEN)) {
      while (scan.next()) {
        if (openCount == open.length) {
          open = Arrays.copyOf(open, openCount * 2);
        }
        open[openCount] = StoreKeys.firstTs(scan.key());
        progress.at("marks of open prewrites", open[openCount], last);
        openCount++;
      }
    }
  }

  /** Prewrites and marks come in the same order: one walk over both. */
  private void readPrewrites() {
    long last = lastOf(Space.PREWRITE);
    int mark = 0;
    try (DamageSteppingScan scan = all(Space.PREWRITE)) {
      while (scan.next()) {
        long startTs = StoreKeys.firstTs(scan.key());
        progress.at("prewrites", startTs, last);
        prewrites++;
        for (; mark < openCount && open[mark] < startTs; mark++) {
          openWithoutPrewrite(open[mark]);
        }
        if (mark < openCount && open[mark] == startTs) {
          mark++;
        }
        byte[] payload = scan.value();
        if (payload != null) {
          prewriteBytes += payload.length;
          judgePrewrite(payload, startTs);
        }
      }
    }
    for (; mark < openCount; mark++) {
      openWithoutPrewrite(open[mark]);
    }
  }

  private void openWithoutPrewrite(long startTs) {
    add(Problem.OPEN_WITHOUT_PREWRITE, "start-ts " + startTs);
  }

  private void judgePrewrite(byte[] payload, long startTs) {
    BinlogMeta meta = meta(payload, "prewrite of start-ts " + startTs);
    if (meta != null && (meta.kind() != BinlogKind.PREWRITE || meta.startTs() != startTs)) {
      add(Problem.MISPLACED, shown(meta) + " lies as prewrite of start-ts " + startTs);
    }
  }

  private void readCommits() {
    long last = lastOf(Space.COMMIT);
    try (DamageSteppingScan scan = all(Space.COMMIT)) {
      while (scan.next()) {
        long commitTs = StoreKeys.firstTs(scan.key());
        long startTs = StoreKeys.startTs(scan.key());
        progress.at("commits", commitTs, last);
        byte[] payload = scan.value();
        if (commitTs == startTs) {
          watermarks++;
          continue;
        }
        commits++;
        if (payload != null) {
          commitBytes += payload.length;
          judgeCommit(payload, startTs, commitTs);
        }
        if (commitTs == lastCommit) {
          add(Problem.SAME_TS, "commit-ts " + commitTs + ", the second with start-ts " + startTs);
        }
        firstCommit = firstCommit == 0 ? commitTs : firstCommit;
        lastCommit = commitTs;
        pair(startTs, commitTs);
      }
    }
  }

  private void judgeCommit(byte[] payload, long startTs, long commitTs) {
    BinlogMeta meta = meta(payload, "commit of start-ts " + startTs + " and commit-ts " + commitTs);
    if (meta == null) {
      return;
    }
    boolean fits = meta.startTs() == startTs && meta.commitTs() == commitTs && startTs < commitTs;
    if (meta.kind() != BinlogKind.COMMIT || !fits) {
      add(
          Problem.MISPLACED,
          shown(meta) + " lies as commit of start-ts " + startTs + " and commit-ts " + commitTs);
    }
  }

  private void pair(long startTs, long commitTs) {
    if (Arrays.binarySearch(open, 0, openCount, startTs) >= 0) {
      add(Problem.OPEN_BUT_COMMITTED, "start-ts " + startTs + ", commit-ts " + commitTs);
    }
    try {
      if (kv.get(Space.PREWRITE, StoreKeys.ts(startTs)) != null) {
        paired++;
        return;
      }
    } catch (BinlogException e) {
      if (e.code() != ErrorCode.STORAGE_CORRUPT) {
        throw e;
      }
      add(
          Problem.DAMAGED,
          "the prewrite of start-ts "
              + startTs
              + ", which committed at "
              + commitTs
              + ", can't be read");
      return;
    }
    if (commitTs <= gcTs) {
      purged++;
    } else {
      add(Problem.ORPHAN, "start-ts " + startTs + ", commit-ts " + commitTs);
    }
  }

  private @Nullable BinlogMeta meta(byte[] payload, String what) {
    try {
      return BinlogCodec.meta(payload);
    } catch (BinlogException e) {
      add(Problem.DAMAGED, what + ": " + e.getMessage());
      return null;
    }
  }

  private static String shown(BinlogMeta meta) {
    return meta.kind() + " of start-ts " + meta.startTs() + " and commit-ts " + meta.commitTs();
  }

  private void add(Problem problem, String text) {
    found.merge(problem, 1L, Long::sum);
    if (findings.size() < MAX_FINDINGS) {
      findings.add(new Finding(problem, text));
    }
  }
}
