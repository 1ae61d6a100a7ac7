package io.tidbbinlog.playground.front;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.metapb.Peer;
import io.tidbbinlog.proto.metapb.RegionEpoch;
import io.tidbbinlog.proto.metapb.Store;
import io.tidbbinlog.proto.pdpb.GetAllStoresRequest;
import io.tidbbinlog.proto.pdpb.GetAllStoresResponse;
import io.tidbbinlog.proto.pdpb.GetGCSafePointRequest;
import io.tidbbinlog.proto.pdpb.GetGCSafePointResponse;
import io.tidbbinlog.proto.pdpb.GetMembersRequest;
import io.tidbbinlog.proto.pdpb.GetMembersResponse;
import io.tidbbinlog.proto.pdpb.GetRegionByIDRequest;
import io.tidbbinlog.proto.pdpb.GetRegionRequest;
import io.tidbbinlog.proto.pdpb.GetRegionResponse;
import io.tidbbinlog.proto.pdpb.GetStoreRequest;
import io.tidbbinlog.proto.pdpb.GetStoreResponse;
import io.tidbbinlog.proto.pdpb.Member;
import io.tidbbinlog.proto.pdpb.PDGrpc;
import io.tidbbinlog.proto.pdpb.Region;
import io.tidbbinlog.proto.pdpb.RequestHeader;
import io.tidbbinlog.proto.pdpb.ResponseHeader;
import io.tidbbinlog.proto.pdpb.ScanRegionsRequest;
import io.tidbbinlog.proto.pdpb.ScanRegionsResponse;
import io.tidbbinlog.proto.pdpb.Timestamp;
import io.tidbbinlog.proto.pdpb.TsoRequest;
import io.tidbbinlog.proto.pdpb.TsoResponse;
import io.tidbbinlog.proto.pdpb.UpdateServiceGCSafePointRequest;
import io.tidbbinlog.proto.pdpb.UpdateServiceGCSafePointResponse;

/** PD of a cluster with one member, one store and one region. Thread-safe. */
final class RecordedPd extends PDGrpc.PDImplBase {
  private static final long STORE = 1;
  private static final long LOGICAL_MASK = (1L << 18) - 1;

  private final ResponseHeader header;
  private final Member member;
  private final Store store;
  private final io.tidbbinlog.proto.metapb.Region region;
  private final Peer leader;
  private final RecordedTime time;

  /**
   * @param hostPort where this service and TiKV's are
   */
  RecordedPd(long clusterId, String hostPort, RecordedTime time) {
    this.time = time;
    this.header = ResponseHeader.newBuilder().setClusterId(clusterId).build();
    this.member =
        Member.newBuilder()
            .setName("pd1")
            .setMemberId(1)
            .addClientUrls("http://" + hostPort)
            .build();
    this.store = Store.newBuilder().setId(STORE).setAddress(hostPort).setVersion("8.0.0").build();
    this.leader = Peer.newBuilder().setId(STORE + 2).setStoreId(STORE).build();
    this.region =
        io.tidbbinlog.proto.metapb.Region.newBuilder()
            .setId(STORE + 1)
            .setRegionEpoch(RegionEpoch.newBuilder().setConfVer(1).setVersion(1))
            .addPeers(leader)
            .build();
  }

  @Override
  public void getMembers(GetMembersRequest request, StreamObserver<GetMembersResponse> answer) {
    // The one request that may come without the cluster's id: it is how clients learn it.
    answer(
        answer,
        GetMembersResponse.newBuilder()
            .setHeader(header)
            .addMembers(member)
            .setLeader(member)
            .setEtcdLeader(member)
            .build());
  }

  @Override
  public StreamObserver<TsoRequest> tso(StreamObserver<TsoResponse> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(TsoRequest request) {
        if (isOurs(request.getHeader(), answer)) {
          long ts = time.next(request.getCount());
          answer.onNext(
              TsoResponse.newBuilder()
                  .setHeader(header)
                  .setCount(request.getCount())
                  .setTimestamp(
                      Timestamp.newBuilder()
                          .setPhysical(CommitTs.millisOf(ts))
                          .setLogical(ts & LOGICAL_MASK))
                  .build());
        }
      }

      @Override
      public void onError(Throwable cause) {
        // The client is gone; nothing is kept for it.
      }

      @Override
      public void onCompleted() {
        answer.onCompleted();
      }
    };
  }

  @Override
  public void getStore(GetStoreRequest request, StreamObserver<GetStoreResponse> answer) {
    if (isOurs(request.getHeader(), answer)) {
      answer(answer, GetStoreResponse.newBuilder().setHeader(header).setStore(store).build());
    }
  }

  @Override
  public void getAllStores(
      GetAllStoresRequest request, StreamObserver<GetAllStoresResponse> answer) {
    if (isOurs(request.getHeader(), answer)) {
      answer(answer, GetAllStoresResponse.newBuilder().setHeader(header).addStores(store).build());
    }
  }

  @Override
  public void getRegion(GetRegionRequest request, StreamObserver<GetRegionResponse> answer) {
    region(request.getHeader(), answer);
  }

  @Override
  public void getPrevRegion(GetRegionRequest request, StreamObserver<GetRegionResponse> answer) {
    region(request.getHeader(), answer);
  }

  @Override
  public void getRegionByID(
      GetRegionByIDRequest request, StreamObserver<GetRegionResponse> answer) {
    region(request.getHeader(), answer);
  }

  @Override
  public void scanRegions(ScanRegionsRequest request, StreamObserver<ScanRegionsResponse> answer) {
    if (isOurs(request.getHeader(), answer)) {
      answer(
          answer,
          ScanRegionsResponse.newBuilder()
              .setHeader(header)
              .addRegionMetas(region)
              .addLeaders(leader)
              .addRegions(Region.newBuilder().setRegion(region).setLeader(leader))
              .build());
    }
  }

  @Override
  public void getGCSafePoint(
      GetGCSafePointRequest request, StreamObserver<GetGCSafePointResponse> answer) {
    if (isOurs(request.getHeader(), answer)) {
      // The recording is never cleaned up: its safe point stays 0.
      answer(answer, GetGCSafePointResponse.newBuilder().setHeader(header).build());
    }
  }

  @Override
  public void updateServiceGCSafePoint(
      UpdateServiceGCSafePointRequest request,
      StreamObserver<UpdateServiceGCSafePointResponse> answer) {
    if (isOurs(request.getHeader(), answer)) {
      answer(
          answer,
          UpdateServiceGCSafePointResponse.newBuilder()
              .setHeader(header)
              .setServiceId(request.getServiceId())
              .setTTL(request.getTTL())
              .setMinSafePoint(request.getSafePoint())
              .build());
    }
  }

  private void region(RequestHeader asked, StreamObserver<GetRegionResponse> answer) {
    if (isOurs(asked, answer)) {
      answer(
          answer,
          GetRegionResponse.newBuilder()
              .setHeader(header)
              .setRegion(region)
              .setLeader(leader)
              .build());
    }
  }

  private boolean isOurs(RequestHeader asked, StreamObserver<?> answer) {
    if (asked.getClusterId() == header.getClusterId()) {
      return true;
    }
    answer.onError(
        Status.FAILED_PRECONDITION
            .withDescription(
                "mismatch cluster id, need "
                    + header.getClusterId()
                    + " but got "
                    + asked.getClusterId())
            .asRuntimeException());
    return false;
  }

  private static <T> void answer(StreamObserver<T> observer, T answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }
}
