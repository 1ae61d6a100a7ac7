package io.tidbbinlog.e2e.load;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of a TiDB that write one transaction after the other as TiDB does: a ts of PD, the
 * prewrite; when that is acknowledged another ts, the commit. A few roll back, a few die without a
 * word before or after they have committed in TiKV, a few say everything twice. When the Pump does
 * not answer the transaction is rolled back if it was not committed yet, and the session goes on.
 */
public final class Writers implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int CHANNELS = 4;

  private final TsoSource tso;
  private final TxnLedger ledger;
  private final boolean someFallSilent;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicReference<@Nullable String> lastFailure = new AtomicReference<>();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private volatile boolean stopped;

  private Writers(TsoSource tso, TxnLedger ledger, boolean someFallSilent) {
    this.tso = tso;
    this.ledger = ledger;
    this.someFallSilent = someFallSilent;
  }

  /** Starts so many sessions. */
  public static Writers start(LoadCluster cluster, String pump, int sessions, long seed) {
    return start(new Writers(cluster.tso(), cluster.ledger(), true), pump, sessions, seed);
  }

  /** The same with sessions that reach PD whatever happens, and never end without a word. */
  public static Writers startTalkative(LoadCluster cluster, String pump, int sessions, long seed) {
    return start(new Writers(cluster.ownTso(), cluster.ledger(), false), pump, sessions, seed);
  }

  private static Writers start(Writers writers, String pump, int sessions, long seed) {
    for (int i = 0; i < CHANNELS; i++) {
      writers.channels.add(
          Grpc.newChannelBuilder(pump, InsecureChannelCredentials.create()).build());
    }
    for (int i = 0; i < sessions; i++) {
      ManagedChannel channel = writers.channels.get(i % CHANNELS);
      SplittableRandom random = new SplittableRandom(seed + i);
      Thread thread = new Thread(() -> writers.run(channel, random), "writer-" + i);
      thread.setDaemon(true);
      writers.threads.add(thread);
      thread.start();
    }
    return writers;
  }

  /** Binlogs that the Pump has acknowledged. */
  public long acknowledged() {
    return acknowledged.get();
  }

  /** Binlogs that it has refused, or not answered. */
  public long failed() {
    return failed.get();
  }

  /** What the latest failure said. */
  public String lastFailure() {
    return String.valueOf(lastFailure.get());
  }

  /** Ends after the transactions under way; nothing is sent after it. */
  public void stop() {
    stopped = true;
    for (Thread thread : threads) {
      try {
        thread.join(PATIENCE.toMillis() * 2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (thread.isAlive()) {
        throw new AssertionError(thread.getName() + " still waits: " + lastFailure());
      }
    }
    Throwable cause = broken.get();
    if (cause != null) {
      throw new AssertionError("a writer has died", cause);
    }
  }

  private void run(ManagedChannel channel, SplittableRandom random) {
    try {
      while (!stopped) {
        transaction(channel, random.nextInt(100));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close()
    } catch (RuntimeException e) {
      broken.compareAndSet(null, e);
    }
  }

  private void transaction(ManagedChannel channel, int fate) throws InterruptedException {
    long startTs = nextTs();
    if (startTs == 0) {
      return;
    }
    if (!send(channel, Binlogs.prewrite(startTs)) || (someFallSilent && fate < 2)) {
      ledger.rolledBack(startTs);
      return;
    }
    if (fate < 6) {
      ledger.rolledBack(startTs);
      boolean unused = send(channel, Binlogs.rollback(startTs));
      return;
    }
    boolean twice = fate == 6;
    if (twice) {
      boolean unused = send(channel, Binlogs.prewrite(startTs));
    }
    long commitTs = nextTs();
    if (commitTs == 0) {
      ledger.rolledBack(startTs);
      return;
    }
    ledger.committed(startTs, commitTs);
    if (someFallSilent && fate > 98) {
      return; // TiKV is the only one to know
    }
    boolean unused = send(channel, Binlogs.commit(startTs, commitTs));
    if (twice) {
      unused = send(channel, Binlogs.commit(startTs, commitTs));
    }
  }

  /** 0 when PD does not answer. */
  private long nextTs() throws InterruptedException {
    try {
      return tso.next().raw();
    } catch (BinlogException e) {
      lastFailure.set(e.getMessage());
      return 0;
    }
  }

  private boolean send(ManagedChannel channel, Binlog binlog) {
    try {
      String error =
          PumpGrpc.newBlockingStub(channel)
              .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
              .writeBinlog(
                  WriteBinlogReq.newBuilder()
                      .setClusterID(LoadCluster.CLUSTER_ID)
                      .setPayload(binlog.toByteString())
                      .build())
              .getErrmsg();
      if (!error.isEmpty()) {
        throw new IllegalStateException("an error in the message: " + error);
      }
      acknowledged.incrementAndGet();
      return true;
    } catch (StatusRuntimeException e) {
      failed.incrementAndGet();
      lastFailure.set(String.valueOf(e.getMessage()));
      channel.resetConnectBackoff(); // a Pump that comes back is met at once
      LockSupport.parkNanos(PAUSE.toNanos());
      return false;
    }
  }

  @Override
  public void close() {
    stopped = true;
    for (Thread thread : threads) {
      thread.interrupt();
    }
    for (ManagedChannel channel : channels) {
      var unused = channel.shutdownNow();
    }
  }
}
