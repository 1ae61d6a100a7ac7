package io.tidbbinlog.common.pd;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.proto.pdpb.Error;
import io.tidbbinlog.proto.pdpb.ErrorType;
import io.tidbbinlog.proto.pdpb.GetGCSafePointRequest;
import io.tidbbinlog.proto.pdpb.GetGCSafePointResponse;
import io.tidbbinlog.proto.pdpb.GetMembersRequest;
import io.tidbbinlog.proto.pdpb.GetMembersResponse;
import io.tidbbinlog.proto.pdpb.GetRegionRequest;
import io.tidbbinlog.proto.pdpb.GetRegionResponse;
import io.tidbbinlog.proto.pdpb.Member;
import io.tidbbinlog.proto.pdpb.PDGrpc;
import io.tidbbinlog.proto.pdpb.RequestHeader;
import io.tidbbinlog.proto.pdpb.ResponseHeader;
import io.tidbbinlog.proto.pdpb.Timestamp;
import io.tidbbinlog.proto.pdpb.TsoRequest;
import io.tidbbinlog.proto.pdpb.TsoResponse;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A member of PD that tests can turn. All members of a test share their {@link Cluster}. */
final class FakePd extends PDGrpc.PDImplBase {
  static final long CLUSTER_ID = 7_000_000_000_000_000_001L;

  /** What the members agree on. */
  static final class Cluster {
    volatile String leader = "";
    volatile List<String> urls = List.of();
    volatile long id = CLUSTER_ID;
    final AtomicLong logical = new AtomicLong();
    volatile GetRegionResponse region = GetRegionResponse.getDefaultInstance();
  }

  final Cluster cluster;
  final AtomicInteger tsoRequests = new AtomicInteger();
  final AtomicInteger greatestCount = new AtomicInteger();
  final Queue<GetRegionRequest> regionRequests = new ConcurrentLinkedQueue<>();
  volatile String url = "";
  volatile boolean silentTso;
  volatile long tsoDelayMillis;

  FakePd(Cluster cluster) {
    this.cluster = cluster;
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder().setClusterId(cluster.id).build();
  }

  private boolean leads() {
    return cluster.leader.equals(url);
  }

  @Override
  public void getMembers(GetMembersRequest request, StreamObserver<GetMembersResponse> out) {
    GetMembersResponse.Builder answer = GetMembersResponse.newBuilder().setHeader(header());
    for (String member : cluster.urls) {
      answer.addMembers(Member.newBuilder().setName(member).addClientUrls(member));
    }
    if (!cluster.leader.isEmpty()) {
      answer.setLeader(Member.newBuilder().setName("leader").addClientUrls(cluster.leader));
    }
    out.onNext(answer.build());
    out.onCompleted();
  }

  @Override
  public StreamObserver<TsoRequest> tso(StreamObserver<TsoResponse> out) {
    return new StreamObserver<>() {
      @Override
      public void onNext(TsoRequest request) {
        tsoRequests.incrementAndGet();
        greatestCount.accumulateAndGet(request.getCount(), Math::max);
        if (silentTso) {
          return;
        }
        if (!leads()) {
          out.onError(Status.UNAVAILABLE.withDescription("not leader").asRuntimeException());
          return;
        }
        if (request.getHeader().getClusterId() != cluster.id) {
          out.onError(mismatch(request.getHeader()));
          return;
        }
        pause();
        long greatest = cluster.logical.addAndGet(request.getCount());
        out.onNext(
            TsoResponse.newBuilder()
                .setHeader(header())
                .setCount(request.getCount())
                .setTimestamp(Timestamp.newBuilder().setPhysical(1000).setLogical(greatest))
                .build());
      }

      @Override
      public void onError(Throwable cause) {}

      @Override
      public void onCompleted() {
        out.onCompleted();
      }
    };
  }

  private void pause() {
    try {
      Thread.sleep(tsoDelayMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private RuntimeException mismatch(RequestHeader header) {
    return Status.FAILED_PRECONDITION
        .withDescription(
            "mismatch cluster id, need " + cluster.id + " but got " + header.getClusterId())
        .asRuntimeException();
  }

  @Override
  public void getRegion(GetRegionRequest request, StreamObserver<GetRegionResponse> out) {
    regionRequests.add(request);
    out.onNext(cluster.region.toBuilder().setHeader(header()).build());
    out.onCompleted();
  }

  @Override
  public void getGCSafePoint(
      GetGCSafePointRequest request, StreamObserver<GetGCSafePointResponse> out) {
    GetGCSafePointResponse.Builder answer = GetGCSafePointResponse.newBuilder();
    if (leads()) {
      answer.setHeader(header()).setSafePoint(42);
    } else {
      answer.setHeader(
          header().toBuilder()
              .setError(Error.newBuilder().setType(ErrorType.UNKNOWN).setMessage("is not leader")));
    }
    out.onNext(answer.build());
    out.onCompleted();
  }
}
