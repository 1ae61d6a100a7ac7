package io.tidbbinlog.e2e.load;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.pump.Entity;
import io.tidbbinlog.proto.pump.Pos;
import io.tidbbinlog.proto.pump.PullBinlogReq;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.proto.pump.PumpGrpc;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A reader such as a Drainer: pulls from where it is, again and again when the Pump has been away,
 * and judges each binlog as it comes: later than all before, of a transaction that is committed,
 * with that transaction's data.
 */
public final class Puller implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int ENOUGH = 20;

  private final TxnLedger ledger;
  private final ManagedChannel channel;
  private final Context.CancellableContext calls = Context.current().withCancellation();
  private final Thread thread = new Thread(() -> calls.run(this::run), "puller");
  private final PulledTxns pulled = new PulledTxns();
  private final List<String> mistakes = new CopyOnWriteArrayList<>();
  private volatile long position;
  private volatile @Nullable String lastFailure;
  private volatile boolean stopped;

  private Puller(TxnLedger ledger, String pump, long after) {
    this.ledger = ledger;
    this.channel =
        Grpc.newChannelBuilder(pump, InsecureChannelCredentials.create())
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    this.position = after;
  }

  /** Starts one that has everything up to a ts. */
  public static Puller start(TxnLedger ledger, String pump, long after) {
    Puller puller = new Puller(ledger, pump, after);
    puller.thread.setDaemon(true);
    puller.thread.start();
    return puller;
  }

  /** Everything up to here has come. */
  public long position() {
    return position;
  }

  /** Transactions that have come. */
  public int count() {
    return pulled.size();
  }

  /** How the latest stream ended. */
  public String lastFailure() {
    return String.valueOf(lastFailure);
  }

  /** What has been wrong so far. */
  public List<String> mistakes() {
    return List.copyOf(mistakes);
  }

  /**
   * All that is wrong with what has come, given that everything committed should have: for a reader
   * that began at 0 and is past the last commit.
   */
  public List<String> verdict() {
    String missing = ledger.missing(pulled);
    if (!missing.isEmpty()) {
      mistakes.add(missing);
    }
    return mistakes();
  }

  private void run() {
    while (!stopped) {
      try {
        Iterator<PullBinlogResp> stream =
            PumpGrpc.newBlockingStub(channel)
                .pullBinlogs(
                    PullBinlogReq.newBuilder()
                        .setClusterID(LoadCluster.CLUSTER_ID)
                        .setStartFrom(Pos.newBuilder().setOffset(position))
                        .build());
        while (stream.hasNext()) {
          judge(stream.next().getEntity());
        }
        lastFailure = "OK";
      } catch (StatusRuntimeException e) {
        lastFailure = e.getMessage();
        channel.resetConnectBackoff();
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private void judge(Entity entity) {
    try {
      Binlog binlog = Binlog.parseFrom(entity.getPayload());
      long startTs = binlog.getStartTs();
      long commitTs = binlog.getCommitTs();
      if (commitTs <= position) {
        wrong(binlog, "came after " + position);
      }
      position = commitTs;
      if (entity.hasMeta()
          && !(entity.getMeta().getStartTs() == startTs
              && entity.getMeta().getCommitTs() == commitTs)) {
        wrong(binlog, "has other ts in its meta data");
      }
      if (startTs == commitTs) {
        return; // a watermark
      }
      pulled.add(commitTs);
      if (ledger.commitTs(startTs).orElse(0) != commitTs) {
        wrong(binlog, "was never committed");
      } else if (!Binlogs.isMerged(binlog, startTs, commitTs, ledger.sizeOf(startTs))) {
        wrong(binlog, "has not the data that was written");
      }
    } catch (InvalidProtocolBufferException e) {
      mistakes.add("no binlog after " + position + ": " + e.getMessage());
    }
  }

  private void wrong(Binlog binlog, String what) {
    if (mistakes.size() < ENOUGH) {
      mistakes.add(
          "start-ts " + binlog.getStartTs() + ", commit-ts " + binlog.getCommitTs() + " " + what);
    }
  }

  @Override
  public void close() {
    stopped = true;
    var unusedCause = calls.cancel(null);
    var unused = channel.shutdownNow();
  }
}
