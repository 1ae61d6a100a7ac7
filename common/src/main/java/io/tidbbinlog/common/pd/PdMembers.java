package io.tidbbinlog.common.pd;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.net.Channels;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.proto.pdpb.GetMembersRequest;
import io.tidbbinlog.proto.pdpb.GetMembersResponse;
import io.tidbbinlog.proto.pdpb.Member;
import io.tidbbinlog.proto.pdpb.PDGrpc;
import io.tidbbinlog.proto.pdpb.RequestHeader;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in PD and who leads it; owns the channels. Members learned from PD are asked, too, when
 * the configured ones are gone. Thread-safe; one caller at a time asks, the others take its answer.
 */
final class PdMembers implements AutoCloseable {
  private static final int MAX_INBOUND = 64 << 20;
  private static final Logger log = LoggerFactory.getLogger(PdMembers.class);

  private final List<String> configured;
  private final TlsConfig tls;
  private final Clock clock;
  private final ReentrantLock asking = new ReentrantLock();
  private final Object state = new Object();
  private final Map<String, ManagedChannel> channels = new HashMap<>();
  private List<String> learned = List.of();
  private @Nullable Leader leader;
  private String lastLeaderUrl = "";
  private long clusterId;
  private boolean closed;

  /** The member that leads, and the channel to it. */
  record Leader(String url, ManagedChannel channel) {}

  PdMembers(List<String> urls, TlsConfig tls, Clock clock) {
    this.configured = List.copyOf(urls);
    this.tls = tls;
    this.clock = clock;
  }

  /** The configured URLs, then those that PD named. */
  List<String> urls() {
    Set<String> all = new LinkedHashSet<>(configured);
    synchronized (state) {
      all.addAll(learned);
    }
    return List.copyOf(all);
  }

  /** 0 as long as no member has answered. */
  long clusterId() {
    synchronized (state) {
      return clusterId;
    }
  }

  String lastLeaderUrl() {
    synchronized (state) {
      return lastLeaderUrl;
    }
  }

  RequestHeader header() {
    return RequestHeader.newBuilder().setClusterId(clusterId()).build();
  }

  /** The leader must prove itself again; without effect if another one is known by now. */
  void doubt(Leader suspect) {
    synchronized (state) {
      if (suspect.equals(leader)) {
        leader = null;
      }
    }
  }

  /**
   * The leader as it is known, or as the members name it now.
   *
   * @param oneTry how long one member may take
   */
  Leader leader(Duration oneTry) throws InterruptedException {
    Leader known = known();
    if (known != null) {
      return known;
    }
    // Held over the question on purpose: the others want the same answer.
    asking.lockInterruptibly();
    try {
      known = known();
      return known != null ? known : find(oneTry);
    } finally {
      asking.unlock();
    }
  }

  private @Nullable Leader known() {
    synchronized (state) {
      if (closed) {
        throw new BinlogException(ErrorCode.CLOSED, "the PD client was closed");
      }
      return leader;
    }
  }

  /** Asks the leader who is in PD now. */
  void refresh(Leader current, Duration oneTry) throws InterruptedException {
    var unused = learn(ask(current.url(), oneTry));
  }

  private Leader find(Duration oneTry) throws InterruptedException {
    List<String> failures = new ArrayList<>();
    for (String url : urls()) {
      try {
        return learn(ask(url, oneTry));
      } catch (BinlogException e) {
        if (e.code() != ErrorCode.PD_UNAVAILABLE) {
          throw e;
        }
        failures.add(url + ": " + e.getMessage());
      }
    }
    throw new BinlogException(
        ErrorCode.PD_UNAVAILABLE, "no member of PD answers: " + String.join("; ", failures));
  }

  private GetMembersResponse ask(String url, Duration oneTry) throws InterruptedException {
    ListenableFuture<GetMembersResponse> answer =
        PDGrpc.newFutureStub(channel(url))
            .withDeadlineAfter(oneTry.toMillis(), TimeUnit.MILLISECONDS)
            .getMembers(GetMembersRequest.getDefaultInstance());
    try {
      GetMembersResponse members = answer.get(2 * oneTry.toMillis(), TimeUnit.MILLISECONDS);
      PdAnswers.check(members.getHeader());
      return members;
    } catch (ExecutionException e) {
      throw PdAnswers.failure(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw PdAnswers.failure(e);
    } finally {
      answer.cancel(true);
    }
  }

  private Leader learn(GetMembersResponse members) {
    if (members.getLeader().getClientUrlsCount() == 0) {
      throw new BinlogException(ErrorCode.PD_UNAVAILABLE, "PD has no leader now");
    }
    String url = members.getLeader().getClientUrls(0);
    Leader found = new Leader(url, channel(url));
    long id = members.getHeader().getClusterId();
    synchronized (state) {
      if (clusterId != 0 && id != clusterId) {
        throw new BinlogException(
            ErrorCode.CLUSTER_MISMATCH,
            "PD at "
                + url
                + " belongs to cluster "
                + Long.toUnsignedString(id)
                + ", not to "
                + Long.toUnsignedString(clusterId)
                + "; check pd-urls");
      }
      clusterId = id;
      leader = found;
      learned =
          members.getMembersList().stream()
              .map(Member::getClientUrlsList)
              .flatMap(List::stream)
              .distinct()
              .toList();
      if (!url.equals(lastLeaderUrl)) {
        log.atInfo()
            .addKeyValue("newLeader", url)
            .addKeyValue("oldLeader", lastLeaderUrl)
            .log("PD leader");
        lastLeaderUrl = url;
      }
    }
    return found;
  }

  private ManagedChannel channel(String url) {
    String hostPort = URI.create(url).getAuthority();
    synchronized (state) {
      if (closed) {
        throw new BinlogException(ErrorCode.CLOSED, "the PD client was closed");
      }
      return channels.computeIfAbsent(
          hostPort, address -> Channels.open(address, tls, MAX_INBOUND));
    }
  }

  @Override
  public void close() {
    List<ManagedChannel> open;
    synchronized (state) {
      closed = true;
      leader = null;
      open = List.copyOf(channels.values());
      channels.clear();
    }
    open.forEach(ManagedChannel::shutdownNow);
    long end = clock.nanoTime() + Duration.ofSeconds(3).toNanos();
    try {
      for (ManagedChannel channel : open) {
        var unused =
            channel.awaitTermination(Math.max(0, end - clock.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
