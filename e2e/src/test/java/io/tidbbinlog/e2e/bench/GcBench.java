package io.tidbbinlog.e2e.bench;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import io.tidbbinlog.pump.kv.KvTuning;
import io.tidbbinlog.pump.kv.RocksKvStore;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.StoreMetrics;
import io.tidbbinlog.pump.store.StoredBinlog;
import io.tidbbinlog.pump.store.WriteGroup;
import io.tidbbinlog.pump.store.WriteLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long a purge of old binlogs takes, and what writers notice of it: fills a store with the
 * binlogs of a week, then measures writes alone and beside a purge, in turn, a quarter of the data
 * each time.
 *
 * <pre>
 * java -Xmx2g -cp pump/target/pump.jar e2e/src/test/java/io/tidbbinlog/e2e/bench/GcBench.java DIR GIB
 * </pre>
 */
public final class GcBench {
  private static final int OLD_BYTES = 10 << 10;
  private static final int NEW_BYTES = 1 << 10;
  private static final int FILL_BATCH = 512;
  private static final int WRITERS = 16;
  private static final int ROUNDS = 4;
  private static final Duration PHASE = Duration.ofSeconds(10);
  private static final long WEEK_MILLIS = Duration.ofDays(7).toMillis();

  private final long nowMillis = System.currentTimeMillis();
  private final AtomicLong clock = new AtomicLong(CommitTs.compose(nowMillis, 0));
  private final BinlogStore store;
  private final Sorter sorter = Sorter.empty(Clock.SYSTEM);
  private final WriteGroup writes;
  private final byte[] noise = new byte[16 << 20]; // does not compress

  private GcBench(BinlogStore store) {
    this.store = store;
    this.writes =
        new WriteGroup(
            store,
            sorter,
            WriteLimits.DEFAULT,
            new StoreMetrics(new Metrics(), Duration.ofSeconds(10)),
            Clock.SYSTEM,
            (thread, cause) -> cause.printStackTrace());
    new Random(1).nextBytes(noise);
  }

  public static void main(String[] args) throws Exception {
    if (args.length != 2) {
      System.err.println("GcBench DIR GIB: an empty directory, and how much to fill it with");
      System.exit(2);
    }
    Path dir = Files.createDirectories(Path.of(args[0]));
    long bytes = Long.parseLong(args[1]) << 30;
    try (RocksKvStore kv = RocksKvStore.open(dir, KvTuning.DEFAULT)) {
      BinlogStore store = new BinlogStore(kv, true);
      store.open();
      new GcBench(store).run(bytes / OLD_BYTES);
    }
  }

  private void run(long oldTxns) throws Exception {
    writes.start();
    long begun = System.nanoTime();
    fill(oldTxns);
    System.out.printf(
        "filled: %,d transactions of %,d B in %.0f s, %.2f GiB in files%n",
        oldTxns, OLD_BYTES, seconds(begun), store.sizeBytes() / (double) (1 << 30));
    List<long[]> alone = new ArrayList<>();
    List<long[]> beside = new ArrayList<>();
    measure(new ArrayList<>()); // warms up
    for (int round = 1; round <= ROUNDS; round++) {
      measure(alone);
      long upTo = CommitTs.compose(oldMillis(oldTxns * round / ROUNDS, oldTxns), 0) - 1;
      CompletableFuture<Double> purge =
          CompletableFuture.supplyAsync(
              () -> {
                long purging = System.nanoTime();
                store.purge(upTo);
                return seconds(purging);
              });
      measure(beside);
      System.out.printf(
          "purge %d of %d: %.2f s, %.2f GiB left in files%n",
          round, ROUNDS, purge.join(), store.sizeBytes() / (double) (1 << 30));
    }
    print("writes alone", alone);
    print("writes beside a purge", beside);
    writes.close();
  }

  /** The n-th of so many, spread evenly over the days from eight to one before now. */
  private long oldMillis(long n, long of) {
    return nowMillis - Duration.ofDays(8).toMillis() + (long) (WEEK_MILLIS * (n / (double) of));
  }

  private void fill(long txns) {
    List<StoredBinlog> batch = new ArrayList<>();
    for (long n = 0; n < txns; n++) {
      long start = CommitTs.compose(oldMillis(n, txns), n & 0xffff);
      batch.add(stored(prewrite(start, OLD_BYTES)));
      batch.add(stored(commit(start, start + 1)));
      if (batch.size() >= FILL_BATCH || n == txns - 1) {
        store.write(batch);
        batch.clear();
      }
    }
  }

  private void measure(List<long[]> into) throws Exception {
    long until = System.nanoTime() + PHASE.toNanos();
    into.addAll(
        all(
            WRITERS,
            () -> {
              long[] nanos = new long[1 << 20];
              int count = 0;
              while (System.nanoTime() < until && count < nanos.length) {
                long begun = System.nanoTime();
                transaction();
                nanos[count++] = System.nanoTime() - begun;
              }
              return Arrays.copyOf(nanos, count);
            }));
  }

  /** Prewrite and commit, each waited for. */
  private void transaction() throws Exception {
    long startTs = clock.incrementAndGet();
    write(prewrite(startTs, NEW_BYTES));
    write(commit(startTs, clock.incrementAndGet()));
  }

  private Binlog prewrite(long startTs, int size) {
    int from = (int) Math.floorMod(startTs * 31, (long) noise.length - size);
    return Binlog.newBuilder()
        .setTp(BinlogType.Prewrite)
        .setStartTs(startTs)
        .setPrewriteKey(ByteString.copyFromUtf8("key"))
        .setPrewriteValue(ByteString.copyFrom(noise, from, size))
        .build();
  }

  private static Binlog commit(long startTs, long commitTs) {
    return Binlog.newBuilder()
        .setTp(BinlogType.Commit)
        .setStartTs(startTs)
        .setCommitTs(commitTs)
        .build();
  }

  private static StoredBinlog stored(Binlog binlog) {
    byte[] payload = binlog.toByteArray();
    return new StoredBinlog(BinlogCodec.meta(payload), payload);
  }

  private void write(Binlog binlog) throws Exception {
    CompletableFuture<Boolean> stored = new CompletableFuture<>();
    boolean taken =
        writes.offer(
            stored(binlog),
            new WriteGroup.Answer() {
              @Override
              public void stored() {
                stored.complete(true);
              }

              @Override
              public void failed(BinlogException cause) {
                stored.completeExceptionally(cause);
              }
            });
    if (!taken) {
      throw new IllegalStateException("no room");
    }
    Boolean unused = stored.get();
  }

  private interface Work {
    long[] run() throws Exception;
  }

  private static List<long[]> all(int threads, Work work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<long[]>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        parts.add(pool.submit(work::run));
      }
      List<long[]> results = new ArrayList<>();
      for (Future<long[]> part : parts) {
        results.add(part.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }

  private static void print(String what, List<long[]> parts) {
    long[] all = parts.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    System.out.printf(
        "%s, %d writers, %,d B: %.0f transactions/s; prewrite + commit p50 %.2f ms, p99 %.2f ms,"
            + " p99.9 %.2f ms, max %.0f ms%n",
        what,
        WRITERS,
        NEW_BYTES,
        all.length / (double) (ROUNDS * PHASE.toSeconds()),
        millis(all, 0.5),
        millis(all, 0.99),
        millis(all, 0.999),
        millis(all, 1));
  }

  private static double millis(long[] sorted, double quantile) {
    return sorted[(int) (quantile * (sorted.length - 1))] / 1e6;
  }

  private static double seconds(long begunNanos) {
    return (System.nanoTime() - begunNanos) / 1e9;
  }
}
