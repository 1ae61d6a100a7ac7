package io.tidbbinlog.common.pd;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.MemComparable;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.metapb.Store;
import io.tidbbinlog.proto.pdpb.GetGCSafePointRequest;
import io.tidbbinlog.proto.pdpb.GetGCSafePointResponse;
import io.tidbbinlog.proto.pdpb.GetRegionRequest;
import io.tidbbinlog.proto.pdpb.GetRegionResponse;
import io.tidbbinlog.proto.pdpb.GetStoreRequest;
import io.tidbbinlog.proto.pdpb.GetStoreResponse;
import io.tidbbinlog.proto.pdpb.PDGrpc;
import io.tidbbinlog.proto.pdpb.Region;
import io.tidbbinlog.proto.pdpb.RequestHeader;
import io.tidbbinlog.proto.pdpb.ResponseHeader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PD over gRPC (spec: wire.md §12, §16).
 *
 * <p>Every question goes to the leader. When it does not answer, or says that it leads no more, the
 * members are asked who does, and the question is put again, for {@link #BUDGET} at most.
 * Timestamps are fetched for all waiting callers in one request ({@link TsoStream}). Nothing is
 * asked at construction; no thread of its own.
 */
public final class PdGrpcClient implements PdClient {
  static final Duration BUDGET = Duration.ofSeconds(10);
  private static final Duration ONE_TRY = Duration.ofSeconds(3);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
  private static final Duration SAY_EVERY = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(PdGrpcClient.class);

  private final Duration budget;
  private final Clock clock;
  private final PdMembers members;
  private final TsoBatcher tso;

  /**
   * @param urls {@code http://host:port} or {@code https://host:port} each; whether TLS is spoken
   *     is {@code tls}' matter alone
   */
  public PdGrpcClient(List<String> urls, TlsConfig tls, Clock clock) {
    this(urls, tls, clock, BUDGET);
  }

  /**
   * The same with another patience.
   *
   * @param budget how long one call may try
   */
  public PdGrpcClient(List<String> urls, TlsConfig tls, Clock clock, Duration budget) {
    this.budget = budget;
    this.clock = clock;
    this.members = new PdMembers(urls, tls, clock);
    this.tso = new TsoBatcher(members);
  }

  /**
   * Waits until PD answers, and says every 5 s that it does not. Gives up only when it is
   * interrupted, or when PD belongs to no cluster that we may use.
   */
  public void connect() throws InterruptedException {
    long nextWord = clock.nanoTime();
    while (true) {
      try {
        var unused = members.leader(ONE_TRY);
        log.atInfo()
            .addKeyValue("urls", members.urls())
            .addKeyValue("clusterId", Long.toUnsignedString(members.clusterId()))
            .log("connected to PD");
        return;
      } catch (BinlogException e) {
        if (e.code() != ErrorCode.PD_UNAVAILABLE) {
          throw e;
        }
        if (clock.nanoTime() - nextWord >= 0) {
          nextWord = clock.nanoTime() + SAY_EVERY.toNanos();
          log.atWarn()
              .addKeyValue("urls", members.urls())
              .addKeyValue("error", e.getMessage())
              .log("PD does not answer, trying on");
        }
        clock.sleep(LONGEST_PAUSE);
      }
    }
  }

  /**
   * Asks who is in PD now, so that members that come and go are known before they are needed.
   *
   * @return the URLs of the configured and the present members
   */
  public List<String> refreshMembers() throws InterruptedException {
    return retried(
        "the members",
        leader -> {
          members.refresh(leader, ONE_TRY);
          return members.urls();
        });
  }

  /** Where the leader that answered last is reached; empty before the first answer. */
  public String leaderUrl() {
    return members.lastLeaderUrl();
  }

  @Override
  public long clusterId() throws InterruptedException {
    if (members.clusterId() == 0) {
      var unused = retried("the cluster id", pd -> members.leader(ONE_TRY));
    }
    return members.clusterId();
  }

  @Override
  public CommitTs next() throws InterruptedException {
    return new CommitTs(retried("a timestamp", leader -> tso.next(leader, ONE_TRY)));
  }

  @Override
  public Region regionOf(byte[] key) throws InterruptedException {
    ByteString encoded = ByteString.copyFrom(MemComparable.encode(key));
    GetRegionResponse response =
        ask(
            "the region of a key",
            (pd, header) ->
                pd.getRegion(
                    GetRegionRequest.newBuilder().setHeader(header).setRegionKey(encoded).build()),
            answer -> answer.hasRegion() ? answer.getHeader() : notFound(answer.getHeader()));
    io.tidbbinlog.proto.metapb.Region region = response.getRegion();
    return Region.newBuilder()
        .setRegion(
            region.toBuilder()
                .setStartKey(raw(region.getStartKey()))
                .setEndKey(raw(region.getEndKey())))
        .setLeader(response.getLeader())
        .build();
  }

  /** A region may be missing for a moment, while PD has not heard of a split. */
  private static ResponseHeader notFound(ResponseHeader header) {
    return header.hasError() && header.getError().getTypeValue() != 0
        ? header
        : header.toBuilder()
            .setError(
                io.tidbbinlog.proto.pdpb.Error.newBuilder()
                    .setType(io.tidbbinlog.proto.pdpb.ErrorType.REGION_NOT_FOUND)
                    .setMessage("region not found"))
            .build();
  }

  private static ByteString raw(ByteString border) {
    return border.isEmpty()
        ? border
        : ByteString.copyFrom(MemComparable.decode(border.toByteArray()));
  }

  @Override
  public Store store(long storeId) throws InterruptedException {
    return ask(
            "store " + storeId,
            (pd, header) ->
                pd.getStore(
                    GetStoreRequest.newBuilder().setHeader(header).setStoreId(storeId).build()),
            GetStoreResponse::getHeader)
        .getStore();
  }

  @Override
  public long gcSafePoint() throws InterruptedException {
    return ask(
            "the GC safe point",
            (pd, header) ->
                pd.getGCSafePoint(GetGCSafePointRequest.newBuilder().setHeader(header).build()),
            GetGCSafePointResponse::getHeader)
        .getSafePoint();
  }

  private <A> A ask(String what, Question<A> question, Function<A, ResponseHeader> header)
      throws InterruptedException {
    return retried(
        what,
        leader -> {
          PDGrpc.PDFutureStub pd =
              PDGrpc.newFutureStub(leader.channel())
                  .withDeadlineAfter(ONE_TRY.toMillis(), TimeUnit.MILLISECONDS);
          A answer = await(question.put(pd, members.header()));
          PdAnswers.check(header.apply(answer));
          return answer;
        });
  }

  private static <A> A await(ListenableFuture<A> answer) throws InterruptedException {
    try {
      return answer.get(2 * ONE_TRY.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw PdAnswers.failure(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw PdAnswers.failure(e);
    } finally {
      answer.cancel(true); // without effect on an answer that came
    }
  }

  /** Puts a question to the leader until it is answered or the budget is used up. */
  private <A> A retried(String what, Attempt<A> attempt) throws InterruptedException {
    long end = clock.nanoTime() + budget.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      PdMembers.Leader leader = null;
      try {
        leader = members.leader(ONE_TRY);
        return attempt.ask(leader);
      } catch (BinlogException e) {
        if (leader != null) {
          members.doubt(leader);
        }
        if (e.code() != ErrorCode.PD_UNAVAILABLE || clock.nanoTime() + pause.toNanos() - end >= 0) {
          throw e.code() != ErrorCode.PD_UNAVAILABLE ? e : unavailable(what, e);
        }
      }
      clock.sleep(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  private BinlogException unavailable(String what, BinlogException last) {
    return new BinlogException(
        ErrorCode.PD_UNAVAILABLE,
        "PD at "
            + String.join(",", members.urls())
            + " gives no "
            + what.replaceFirst("^(the|a) ", "")
            + " within "
            + budget.toSeconds()
            + " s: "
            + last.getMessage(),
        last);
  }

  @Override
  public void close() {
    tso.close();
    members.close();
  }

  private interface Attempt<A> {
    A ask(PdMembers.Leader leader) throws InterruptedException;
  }

  private interface Question<A> {
    ListenableFuture<A> put(PDGrpc.PDFutureStub pd, RequestHeader header);
  }
}
