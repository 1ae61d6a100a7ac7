package io.tidbbinlog.playground.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.playground.front.RecordedTime;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import io.tidbbinlog.proto.pump.WriteBinlogResp;
import io.tidbbinlog.testkit.recording.RecordedWrite;
import io.tidbbinlog.testkit.recording.Recording;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplayIT {
  private final List<RecordedWrite> writes = Recording.tidb8().writes();
  private final RecordedTime time = new RecordedTime(Clock.SYSTEM);
  private final SlowPump pump = new SlowPump();
  private final Server server;
  private final ManagedChannel channel;

  ReplayIT() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(pump)
            .build()
            .start();
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
            .build();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
    pump.timer.shutdownNow();
  }

  @Test
  void everyPrewriteBeforeACommitIsAcknowledgedBeforeTheCommitIsSent() throws Exception {
    Replay replay = new Replay(writes, channel, time);
    replay.run();
    assertThat(replay.acknowledged()).isEqualTo(writes.size());
    assertThat(pump.violations).isEmpty();
    assertThat(pump.received).isEqualTo(writes.size());
  }

  @Test
  void aRefusalEndsTheReplay() {
    pump.refuseFrom = 500;
    Replay replay = new Replay(writes, channel, time);
    assertThatThrownBy(replay::run).hasMessageContaining("the Pump refused a binlog: disk full");
    assertThat(replay.acknowledged()).isLessThan(600);
  }

  /** Answers each request a little later, in no order, and watches the rules. */
  private final class SlowPump extends PumpGrpc.PumpImplBase {
    private final ScheduledExecutorService timer = Threads.timer("slow-pump");
    private final Random random = new Random(7);
    private final Set<Long> open = new HashSet<>();
    private final List<String> violations = new ArrayList<>();
    private final Map<Long, Integer> prewritePlaces = new HashMap<>();
    private final Map<Long, Integer> endPlaces = new HashMap<>();
    private final Map<Long, Long> commitTs = new HashMap<>();
    private int received;
    private int refuseFrom = Integer.MAX_VALUE;

    SlowPump() {
      for (int i = 0; i < writes.size(); i++) {
        BinlogMeta meta = BinlogCodec.meta(writes.get(i).request().getPayload().toByteArray());
        (meta.kind() == BinlogKind.PREWRITE ? prewritePlaces : endPlaces).put(meta.startTs(), i);
        if (meta.kind() == BinlogKind.COMMIT) {
          commitTs.put(meta.startTs(), meta.commitTs());
        }
      }
    }

    private int place(BinlogMeta end) {
      return endPlaces.getOrDefault(end.startTs(), -1);
    }

    @Override
    public synchronized void writeBinlog(
        WriteBinlogReq request, StreamObserver<WriteBinlogResp> answer) {
      BinlogMeta meta = BinlogCodec.meta(request.getPayload().toByteArray());
      if (meta.kind() == BinlogKind.PREWRITE) {
        open.add(meta.startTs());
        if (time.next(1) >= commitTs.getOrDefault(meta.startTs(), Long.MAX_VALUE)) {
          violations.add("PD was past its commit ts when the prewrite of " + meta + " came");
        }
      } else {
        int place = place(meta);
        open.stream()
            .filter(startTs -> prewritePlaces.getOrDefault(startTs, -1) < place)
            .forEach(startTs -> violations.add(meta + " came while open was " + startTs));
      }
      received++;
      WriteBinlogResp response =
          WriteBinlogResp.newBuilder().setErrmsg(received >= refuseFrom ? "disk full" : "").build();
      var unused =
          timer.schedule(
              () -> answer(meta, response, answer), random.nextInt(300), TimeUnit.MICROSECONDS);
    }

    private synchronized void answer(
        BinlogMeta meta, WriteBinlogResp response, StreamObserver<WriteBinlogResp> answer) {
      open.remove(meta.startTs());
      answer.onNext(response);
      answer.onCompleted();
    }
  }
}
