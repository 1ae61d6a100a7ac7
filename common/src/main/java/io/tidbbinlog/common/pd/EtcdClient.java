package io.tidbbinlog.common.pd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.net.TlsFiles;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PD's etcd; the only user of the etcd library.
 *
 * <p>Calls block for 5 s at most and fail with {@code ETCD_UNAVAILABLE} naming the URLs. With
 * several URLs any member that answers will do. Nothing is asked at construction. Thread-safe.
 */
public final class EtcdClient implements AutoCloseable {
  static final Duration CALL_DEADLINE = Duration.ofSeconds(5);
  private static final Duration GRACE = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(EtcdClient.class);

  private final TlsConfig tls;
  private final Map<Long, CloseableClient> keptAlive = new HashMap<>(); // under this
  private volatile List<String> urls;
  private volatile Client client;

  /**
   * @param urls {@code http://host:port} or {@code https://host:port} each
   */
  public EtcdClient(List<String> urls, TlsConfig tls) {
    this.tls = tls;
    this.urls = List.copyOf(urls);
    this.client = connect(this.urls);
  }

  private Client connect(List<String> members) {
    ClientBuilder builder =
        Client.builder()
            .endpoints(members.stream().map(URI::create).toList())
            .waitForReady(true)
            .keepaliveTime(Duration.ofSeconds(10))
            .keepaliveTimeout(Duration.ofSeconds(3))
            .keepaliveWithoutCalls(true)
            .connectTimeout(Duration.ofSeconds(3))
            .maxInboundMessageSize(64 << 20)
            .interceptor(new UnaryDeadline());
    if (tls.enabled()) {
      builder.sslContext(TlsFiles.clientContext(tls));
    }
    return builder.build();
  }

  /**
   * Uses these members from now on. Watches end and are opened again by whoever has them; leases
   * are kept alive. Without effect when they are the ones in use.
   */
  public synchronized void reach(List<String> members) {
    if (Set.copyOf(members).equals(Set.copyOf(urls))) {
      return;
    }
    log.atInfo().addKeyValue("before", urls).addKeyValue("now", members).log("members of etcd");
    Client before = client;
    Client next = connect(members);
    urls = List.copyOf(members);
    client = next;
    keptAlive.replaceAll((lease, old) -> next.getLeaseClient().keepAlive(lease, new Unheard()));
    before.close();
  }

  /** The value of a key. */
  public Optional<byte[]> get(String key) throws InterruptedException {
    List<KeyValue> found = await("get " + key, client.getKVClient().get(bytes(key))).getKvs();
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0).getValue().getBytes());
  }

  /** All keys below a prefix with their values, in key order. */
  public Map<String, byte[]> list(String prefix) throws InterruptedException {
    GetResponse response =
        await(
            "list " + prefix,
            client.getKVClient().get(bytes(prefix), GetOption.builder().isPrefix(true).build()));
    Map<String, byte[]> found = new TreeMap<>();
    for (KeyValue pair : response.getKvs()) {
      found.put(text(pair.getKey()), pair.getValue().getBytes());
    }
    return found;
  }

  /** Writes a key, whether it was there or not. */
  public void put(String key, byte[] value) throws InterruptedException {
    var unused =
        await("put " + key, client.getKVClient().put(bytes(key), ByteSequence.from(value)));
  }

  /** Removes a key, if it is there. */
  public void delete(String key) throws InterruptedException {
    var unused = await("delete " + key, client.getKVClient().delete(bytes(key)));
  }

  /**
   * Writes keys in one transaction if {@code guard} has that value.
   *
   * @param expected null: if the guard does not exist
   */
  public Guarded putIf(String guard, byte @Nullable [] expected, List<Put> puts)
      throws InterruptedException {
    ByteSequence key = bytes(guard);
    Cmp condition =
        expected == null
            ? new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(0))
            : new Cmp(key, Cmp.Op.EQUAL, CmpTarget.value(ByteSequence.from(expected)));
    TxnResponse response =
        await(
            "put " + puts.get(puts.size() - 1).key(),
            client
                .getKVClient()
                .txn()
                .If(condition)
                .Then(puts.stream().map(EtcdClient::op).toArray(Op[]::new))
                .Else(Op.get(key, GetOption.DEFAULT))
                .commit());
    if (response.isSucceeded()) {
      return new Guarded(true, Optional.empty());
    }
    List<KeyValue> found = response.getGetResponses().get(0).getKvs();
    return new Guarded(
        false,
        found.isEmpty() ? Optional.empty() : Optional.of(found.get(0).getValue().getBytes()));
  }

  private static Op op(Put put) {
    return Op.put(
        bytes(put.key()),
        ByteSequence.from(put.value()),
        put.lease() == 0
            ? PutOption.DEFAULT
            : PutOption.builder().withLeaseId(put.lease()).build());
  }

  /**
   * One write of a transaction.
   *
   * @param lease the key goes with it; 0 for a key that stays
   */
  public record Put(String key, byte[] value, long lease) {}

  /**
   * What came of a guarded write.
   *
   * @param actual where it was not done: the guard's value, or empty where it does not exist
   */
  public record Guarded(boolean done, Optional<byte[]> actual) {}

  /** A new lease: what is written with it goes when nobody keeps it alive for that long. */
  public long grantLease(Duration ttl) throws InterruptedException {
    return await("grant a lease", client.getLeaseClient().grant(ttl.toSeconds())).getID();
  }

  /**
   * Keeps a lease alive from now on, until the result is closed. Whether it lives is seen by its
   * keys; one that was lost while etcd was away stays lost.
   */
  public synchronized AutoCloseable keepAlive(long lease) {
    keptAlive.put(lease, client.getLeaseClient().keepAlive(lease, new Unheard()));
    return () -> leave(lease);
  }

  private synchronized void leave(long lease) {
    CloseableClient keeper = keptAlive.remove(lease);
    if (keeper != null) {
      keeper.close();
    }
  }

  /** Ends a lease; its keys go at once. */
  public void revoke(long lease) throws InterruptedException {
    var unused = await("revoke a lease", client.getLeaseClient().revoke(lease));
  }

  /** The answers to the library's keep-alives are its own business. */
  private static final class Unheard implements StreamObserver<LeaseKeepAliveResponse> {
    @Override
    public void onNext(LeaseKeepAliveResponse value) {}

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {}
  }

  /**
   * Watches all keys below a prefix. Resumes by itself when a member goes away, from the revision
   * that it had reached; {@link Events#established} is called then, too. Ended by {@link
   * Events#ended} or by closing the result.
   */
  public AutoCloseable watch(String prefix, Events events) {
    WatchOption option =
        WatchOption.builder().isPrefix(true).withCreateNotify(true).withRequireLeader(true).build();
    return client
        .getWatchClient()
        .watch(
            bytes(prefix),
            option,
            Watch.listener(
                response -> deliver(response, events),
                events::ended,
                () -> events.ended(new IllegalStateException("etcd ended the watch"))));
  }

  private static void deliver(WatchResponse response, Events events) {
    if (response.isCreatedNotify()) {
      events.established();
    }
    for (WatchEvent event : response.getEvents()) {
      String key = text(event.getKeyValue().getKey());
      switch (event.getEventType()) {
        case PUT -> events.put(key, event.getKeyValue().getValue().getBytes());
        case DELETE -> events.deleted(key);
        case UNRECOGNIZED -> {}
      }
    }
  }

  private <T> T await(String what, CompletableFuture<T> answer) throws InterruptedException {
    try {
      return answer.get(CALL_DEADLINE.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw unavailable(what, "no answer within " + CALL_DEADLINE.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw unavailable(what, GrpcReason.of(cause), cause);
    }
  }

  private BinlogException unavailable(String what, String reason, Throwable cause) {
    return new BinlogException(
        ErrorCode.ETCD_UNAVAILABLE,
        "etcd at " + String.join(",", urls) + ": " + what + ": " + reason,
        cause);
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private static String text(ByteSequence bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void close() {
    client.close();
  }

  /** What a watch tells. Called on the library's threads, one call at a time; must not block. */
  public interface Events {
    /** The watch runs, for the first time or again: what was before it is not told. */
    void established();

    void put(String key, byte[] value);

    void deleted(String key);

    /** Over for good; nothing more is told. */
    void ended(Throwable cause);
  }

  /** Streams (the watch) live on; every other call gets the deadline. */
  private static final class UnaryDeadline implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      boolean unary = method.getType() == MethodDescriptor.MethodType.UNARY;
      return next.newCall(
          method,
          unary
              ? options.withDeadlineAfter(CALL_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
              : options);
    }
  }
}
