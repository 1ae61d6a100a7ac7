package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.load.Binlogs;
import io.tidbbinlog.e2e.load.LoadCluster;
import io.tidbbinlog.e2e.load.Puller;
import io.tidbbinlog.e2e.load.PumpClient;
import io.tidbbinlog.e2e.load.Writers;
import io.tidbbinlog.e2e.process.ProcessUse;
import io.tidbbinlog.proto.pump.Pos;
import io.tidbbinlog.proto.pump.PullBinlogReq;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.proto.pump.PumpGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that misbehave, beside a few that write and read all the time and must not notice: they
 * are served throughout, and what they wrote is what they read. Afterwards the Pump has given back
 * files and threads, but for those of pools that fill up with the first use.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PumpAbuseIT {
  private static final int WRITERS = 8;
  private static final int PULLS = Integer.getInteger("e2e.pulls", 10_000);
  private static final int CONNECTIONS = Integer.getInteger("e2e.connections", 1000);
  private static final int SLOW = 8;
  private static final int STORED_BYTES = 64 << 20;
  private static final int BIG = 1 << 20;
  private static final int LARGEST = 8 << 20;

  /** Threads of those pools, about. */
  private static final int POOLS = 150;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final LoadCluster cluster;
  private final PumpProcess pump;
  private @Nullable Writers writers;
  private @Nullable Puller reader;

  PumpAbuseIT(@TempDir Path dir) {
    cluster = LoadCluster.start(dir);
    pump =
        PumpProcess.in(
            dir,
            "pump",
            cluster.pdUrls(),
            "stop-write-at-available-space = \"100 mib\"",
            "-max-message-size=" + LARGEST);
  }

  @BeforeAll
  void begin() {
    pump.start();
    writers = Writers.start(cluster, pump.hostPort(), WRITERS, 1);
    reader = Puller.start(cluster.ledger(), pump.hostPort(), 0);
    awaitServed(); // threads that come with the first use are there
  }

  @AfterAll
  void everythingWrittenMeanwhileWasRead() throws Exception {
    try (LoadCluster theCluster = cluster;
        PumpProcess thePump = pump;
        Writers theWriters = writers();
        Puller theReader = reader()) {
      theWriters.stop();
      long end = theCluster.tso().next().raw();
      thePump.await("read", PATIENCE, () -> theReader.position() >= end);
      assertThat(theReader.verdict()).isEmpty();
      assertThat(theWriters.failed()).as("refused: %s", theWriters.lastFailure()).isZero();
      thePump.stop();
    }
  }

  @Test
  void garbageOnThePort() throws Exception {
    ProcessUse before = ProcessUse.of(pump.pid());
    Random random = new Random(7);
    byte[] noise = new byte[4096];
    byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    byte[] hugeFrame = {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0, 0, 1};
    byte[] hello = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
    List<Socket> half = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      random.nextBytes(noise);
      send(noise);
      send(
          "GET /status HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      send("PUT / HTTP/9.9\r\n\0\0\0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      send(join(preface, noise));
      send(join(preface, settings, hugeFrame, noise));
      send(hello);
      half.add(open(Arrays.copyOf(preface, 10)));
      half.add(open(join(preface, settings)));
    }
    awaitServed();
    for (Socket socket : half) {
      socket.close();
    }
    assertBackTo(before);
  }

  @Test
  void wrongMethodsAndMessagesThatAreNone() throws Exception {
    try (PumpClient client = new PumpClient(pump.hostPort())) {
      for (String method : List.of("binlog.Pump/DropAll", "etcdserverpb.KV/Range", "x/y")) {
        assertThat(failureOf(client, method, ByteString.EMPTY)).startsWith("UNIMPLEMENTED");
      }
      byte[] bytes = new byte[200];
      new Random(3).nextBytes(bytes);
      assertThat(failureOf(client, "binlog.Pump/WriteBinlog", ByteString.copyFrom(bytes)))
          .isNotEmpty();
      assertThat(client.write(ByteString.copyFrom(bytes))).startsWith("UNKNOWN: ");
    }
    awaitServed();
  }

  @Test
  void messagesThatAreTooLarge() throws Exception {
    ProcessUse before = ProcessUse.of(pump.pid());
    try (PumpClient client = new PumpClient(pump.hostPort())) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.write(ByteString.copyFrom(new byte[2 * LARGEST]))).isNotEmpty();
      }
      store(client);
    }
    awaitServed();
    assertBackTo(before);
  }

  @Test
  void slowReadersCostNoMemoryAndHoldNobodyUp() throws Exception {
    try (PumpClient client = new PumpClient(pump.hostPort());
        PumpClient slowly = new PumpClient(pump.hostPort())) {
      store(client);
      long end = cluster.tso().next().raw();
      List<OneByOne> slow = new ArrayList<>();
      Context.CancellableContext calls = Context.current().withCancellation();
      long before = ProcessUse.of(pump.pid()).residentBytes();
      calls.run(
          () -> {
            for (int i = 0; i < SLOW; i++) {
              OneByOne each = new OneByOne();
              slow.add(each);
              PumpGrpc.newStub(slowly.channel()).pullBinlogs(pullRequest(0), each);
            }
          });
      for (OneByOne each : slow) {
        each.take(3);
      }
      Puller reader = reader();
      pump.await("read by the others", PATIENCE, () -> reader.position() >= end);
      for (OneByOne each : slow) {
        each.take(1);
      }
      assertThat(ProcessUse.of(pump.pid()).residentBytes() - before)
          .as("growth, of %d bytes that each of %d readers has still to get", STORED_BYTES, SLOW)
          .isLessThan(2L * STORED_BYTES);
      var unused = calls.cancel(null);
    }
    awaitServed();
  }

  @Test
  void thousandsOfPullsComeAndGo() throws Exception {
    long after = cluster.tso().next().raw();
    ProcessUse before = ProcessUse.of(pump.pid());
    try (PumpClient client = new PumpClient(pump.hostPort())) {
      for (int i = 0; i < PULLS; i++) {
        Context.CancellableContext call = Context.current().withCancellation();
        boolean wait = i % 10 == 0; // most leave before anything has come
        call.run(
            () -> {
              var stream = client.pull(after);
              if (wait) {
                assertThat(stream.hasNext()).isTrue();
              }
            });
        var unused = call.cancel(null);
      }
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> client.metric("binlog_pump_pull_streams") == 1);
    }
    awaitServed();
    assertBackTo(before);
  }

  @Test
  void aThousandConnectionsAtOnce() throws Exception {
    ProcessUse before = ProcessUse.of(pump.pid());
    List<PumpClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        PumpClient client = new PumpClient(pump.hostPort());
        clients.add(client);
        assertThat(client.write(ByteString.EMPTY)).isEmpty();
      }
      awaitServed();
      ProcessUse with = ProcessUse.of(pump.pid());
      assertThat(with.files()).isGreaterThan(before.files() + CONNECTIONS - 50);
      assertThat(with.threads()).as("no thread for each").isLessThan(before.threads() + POOLS);
    } finally {
      clients.forEach(PumpClient::close);
    }
    awaitServed();
    assertBackTo(before);
  }

  /** The other clients get on. */
  private void awaitServed() {
    Writers others = writers();
    Puller read = reader();
    long written = others.acknowledged() + 100;
    int count = read.count() + 20;
    pump.await(
        "serving the others",
        PATIENCE,
        () -> others.acknowledged() >= written && read.count() >= count);
  }

  private void assertBackTo(ProcessUse before) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              ProcessUse now = ProcessUse.of(pump.pid());
              assertThat(now.files()).as("files").isLessThan(before.files() + 20);
              assertThat(now.threads()).as("threads").isLessThan(before.threads() + POOLS);
            });
  }

  private void store(PumpClient client) throws InterruptedException {
    for (int i = 0; i < STORED_BYTES / BIG; i++) {
      long startTs = cluster.tso().next().raw();
      assertThat(client.write(Binlogs.prewrite(startTs, BIG))).isEmpty();
      long commitTs = cluster.tso().next().raw();
      cluster.ledger().committed(startTs, commitTs, BIG);
      assertThat(client.write(Binlogs.commit(startTs, commitTs))).isEmpty();
    }
  }

  private static PullBinlogReq pullRequest(long after) {
    return PullBinlogReq.newBuilder()
        .setClusterID(LoadCluster.CLUSTER_ID)
        .setStartFrom(Pos.newBuilder().setOffset(after))
        .build();
  }

  private void send(byte[] bytes) throws IOException {
    open(bytes).close();
  }

  private Socket open(byte[] bytes) throws IOException {
    String[] hostPort = pump.hostPort().split(":");
    Socket socket = new Socket(hostPort[0], Integer.parseInt(hostPort[1]));
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
    } catch (SocketException e) {
      // It has been shut in our face already.
    }
    return socket;
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(1 << 16);
    for (byte[] part : parts) {
      all.put(part);
    }
    return Arrays.copyOf(all.array(), all.position());
  }

  private static String failureOf(PumpClient client, String method, ByteString request) {
    MethodDescriptor<byte[], byte[]> call =
        MethodDescriptor.newBuilder(new Bytes(), new Bytes())
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method)
            .build();
    try {
      byte[] unused =
          ClientCalls.blockingUnaryCall(
              client.channel(), call, CallOptions.DEFAULT, request.toByteArray());
      return "";
    } catch (StatusRuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private Writers writers() {
    Writers running = writers;
    if (running == null) {
      throw new IllegalStateException("not begun");
    }
    return running;
  }

  private Puller reader() {
    Puller running = reader;
    if (running == null) {
      throw new IllegalStateException("not begun");
    }
    return running;
  }

  /** Messages as they are. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A reader that takes a binlog now and then. */
  private static final class OneByOne
      implements ClientResponseObserver<PullBinlogReq, PullBinlogResp> {
    private final Semaphore taken = new Semaphore(0);
    private volatile @Nullable ClientCallStreamObserver<PullBinlogReq> stream;

    @Override
    public void beforeStart(ClientCallStreamObserver<PullBinlogReq> call) {
      call.disableAutoRequestWithInitial(0);
      stream = call;
    }

    /** Takes so many and waits until they have come. */
    void take(int count) throws InterruptedException {
      ClientCallStreamObserver<PullBinlogReq> call = stream;
      if (call == null) {
        throw new IllegalStateException("not begun");
      }
      call.request(count);
      assertThat(taken.tryAcquire(count, PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void onNext(PullBinlogResp response) {
      taken.release();
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {}
  }
}
