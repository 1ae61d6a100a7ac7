package io.tidbbinlog.common.pd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.MemComparable;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.metapb.Peer;
import io.tidbbinlog.proto.metapb.Region;
import io.tidbbinlog.proto.pdpb.GetRegionResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against two members of PD that speak real gRPC. */
class PdGrpcClientIT {
  private final FakePd.Cluster cluster = new FakePd.Cluster();
  private final FakePd one = new FakePd(cluster);
  private final FakePd two = new FakePd(cluster);
  private GrpcPort onePort;
  private GrpcPort twoPort;
  private PdGrpcClient client;

  @BeforeEach
  void start() {
    onePort = GrpcPort.serve(one);
    twoPort = GrpcPort.serve(two);
    one.url = onePort.url();
    two.url = twoPort.url();
    cluster.urls = List.of(one.url, two.url);
    cluster.leader = one.url;
    client = connectTo(one.url);
  }

  @AfterEach
  void stop() {
    client.close();
    onePort.close();
    twoPort.close();
  }

  private static PdGrpcClient connectTo(String... urls) {
    return new PdGrpcClient(List.of(urls), TlsConfig.OFF, Clock.SYSTEM, Duration.ofSeconds(5));
  }

  @Test
  void learnsTheClusterId() throws Exception {
    assertThat(client.clusterId()).isEqualTo(FakePd.CLUSTER_ID);
  }

  @Test
  void manyCallersShareRequestsAndNeverATimestamp() throws Exception {
    one.tsoDelayMillis = 20;
    int callers = 32;
    int each = 20;
    Set<Long> given = ConcurrentHashMap.newKeySet();
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        tasks.add(
            () -> {
              long last = 0;
              for (int n = 0; n < each; n++) {
                long ts = client.next().raw();
                assertThat(ts).isGreaterThan(last);
                assertThat(given.add(ts)).isTrue();
                last = ts;
              }
              return true;
            });
      }
      for (Future<Boolean> done : pool.invokeAll(tasks)) {
        assertThat(done.get()).isTrue();
      }
    } finally {
      pool.shutdownNow();
    }

    assertThat(given).hasSize(callers * each);
    assertThat(one.greatestCount.get()).isGreaterThan(callers / 2);
    assertThat(one.tsoRequests.get()).isLessThan(callers * each / 4);
  }

  @Test
  void laterCallsGetLaterTimestamps() throws Exception {
    CommitTs first = client.next();
    CommitTs second = client.next();

    assertThat(second).isGreaterThan(first);
    assertThat(first.millis()).isEqualTo(1000);
  }

  @Test
  void outlivesTheMembersItWasConfiguredWith() throws Exception {
    cluster.urls = List.of(one.url);
    CommitTs before = client.next();
    cluster.urls = List.of(one.url, two.url); // a member joins; the leader stays for now
    assertThat(client.refreshMembers()).containsExactlyInAnyOrder(one.url, two.url);

    cluster.urls = List.of(two.url);
    cluster.leader = two.url;
    onePort.close();

    assertThat(client.next()).isGreaterThan(before);
    assertThat(client.leaderUrl()).isEqualTo(two.url);
  }

  @Test
  void followsTheLeader() throws Exception {
    CommitTs before = client.next();
    cluster.leader = two.url;

    assertThat(client.next()).isGreaterThan(before);
    assertThat(client.gcSafePoint()).isEqualTo(42);
    assertThat(two.tsoRequests.get()).isPositive();
    assertThat(client.leaderUrl()).isEqualTo(two.url);
  }

  @Test
  void asksLearnedMembersWhenTheConfiguredOneIsGone() throws Exception {
    CommitTs before = client.next();
    cluster.leader = two.url;
    onePort.close();

    assertThat(client.next()).isGreaterThan(before);
  }

  @Test
  void goesOnAfterARestartOfTheLeader() throws Exception {
    CommitTs before = client.next();
    int port = onePort.port();
    onePort.close();
    onePort = GrpcPort.serve(one, port);

    assertThat(client.next()).isGreaterThan(before);
  }

  @Test
  void aSilentStreamIsGivenUp() throws Exception {
    assertThat(client.clusterId()).isEqualTo(FakePd.CLUSTER_ID);
    one.silentTso = true;
    Thread waker =
        new Thread(
            () -> {
              awaitRequest(one);
              one.silentTso = false;
            });
    waker.start();

    assertThat(client.next().raw()).isPositive();
    waker.join();
  }

  private static void awaitRequest(FakePd pd) {
    while (pd.tsoRequests.get() == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void namesTheUrlsThatDoNotAnswer() {
    onePort.close();
    try (PdGrpcClient lost =
        new PdGrpcClient(List.of(one.url), TlsConfig.OFF, Clock.SYSTEM, Duration.ofMillis(300))) {
      assertThatThrownBy(lost::next)
          .isInstanceOfSatisfying(
              BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PD_UNAVAILABLE))
          .hasMessageContaining(one.url);
    }
  }

  @Test
  void waitsForALeader() throws Exception {
    cluster.leader = "";
    Thread election =
        new Thread(
            () -> {
              awaitNothing(Duration.ofMillis(300));
              cluster.leader = two.url;
            });
    election.start();

    client.connect();
    assertThat(client.next().raw()).isPositive();
    election.join();
  }

  private static void awaitNothing(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void refusesAnotherCluster() throws Exception {
    assertThat(client.clusterId()).isEqualTo(FakePd.CLUSTER_ID);
    cluster.id = 5;

    assertThatThrownBy(client::next)
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLUSTER_MISMATCH));
  }

  @Test
  void asksForRegionsByPdsKeysAndAnswersWithRawOnes() throws Exception {
    byte[] start = {'a'};
    byte[] end = {'m', 1, 2, 3, 4, 5, 6, 7};
    cluster.region =
        GetRegionResponse.newBuilder()
            .setRegion(
                Region.newBuilder()
                    .setId(9)
                    .setStartKey(ByteString.copyFrom(MemComparable.encode(start)))
                    .setEndKey(ByteString.copyFrom(MemComparable.encode(end))))
            .setLeader(Peer.newBuilder().setId(3).setStoreId(4))
            .build();

    io.tidbbinlog.proto.pdpb.Region found = client.regionOf(new byte[] {'b', 'c'});

    assertThat(found.getRegion().getStartKey().toByteArray()).isEqualTo(start);
    assertThat(found.getRegion().getEndKey().toByteArray()).isEqualTo(end);
    assertThat(found.getLeader().getStoreId()).isEqualTo(4);
    assertThat(one.regionRequests)
        .singleElement()
        .satisfies(
            asked ->
                assertThat(asked.getRegionKey().toByteArray())
                    .isEqualTo(MemComparable.encode(new byte[] {'b', 'c'})));
  }

  @Test
  void bordersAtTheEndsStayEmpty() throws Exception {
    cluster.region = GetRegionResponse.newBuilder().setRegion(Region.newBuilder().setId(9)).build();

    assertThat(client.regionOf(new byte[0]).getRegion().getEndKey().isEmpty()).isTrue();
  }

  @Test
  void closedClientSaysSo() {
    client.close();

    assertThatThrownBy(client::next)
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    one.silentTso = true;
    Thread asking =
        new Thread(() -> assertThatThrownBy(client::next).isInstanceOf(InterruptedException.class));
    asking.start();
    awaitRequest(one);
    asking.interrupt();
    asking.join(2000);

    assertThat(asking.isAlive()).isFalse();
  }
}
