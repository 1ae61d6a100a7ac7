package io.tidbbinlog.common.tikv;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.pd.PdClient;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.errorpb.EpochNotMatch;
import io.tidbbinlog.proto.errorpb.Error;
import io.tidbbinlog.proto.errorpb.KeyNotInRegion;
import io.tidbbinlog.proto.errorpb.NotLeader;
import io.tidbbinlog.proto.errorpb.RegionNotFound;
import io.tidbbinlog.proto.kvrpcpb.Context;
import io.tidbbinlog.proto.metapb.Peer;
import io.tidbbinlog.proto.metapb.RegionEpoch;
import io.tidbbinlog.proto.metapb.Store;
import io.tidbbinlog.proto.pdpb.Region;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The regions as they are now: what PD tells and what TiKV checks requests against. */
final class FakeRegions implements PdClient {
  private Map<Long, CachedRegion> byId = new HashMap<>();
  private final Map<Long, String> stores = new HashMap<>();
  private long version = 1;
  final AtomicInteger lookups = new AtomicInteger();
  volatile long nowMillis = 1_000_000;
  private long logical;

  /** Borders as {@code "", "m", ""}: one region fewer than texts, all led by a store. */
  synchronized void split(long leaderStore, String... borders) {
    version++;
    Map<Long, CachedRegion> next = new HashMap<>();
    for (int i = 0; i + 1 < borders.length; i++) {
      long id = 100 * version + i;
      next.put(
          id,
          new CachedRegion(
              io.tidbbinlog.proto.metapb.Region.newBuilder()
                  .setId(id)
                  .setStartKey(ByteString.copyFromUtf8(borders[i]))
                  .setEndKey(ByteString.copyFromUtf8(borders[i + 1]))
                  .setRegionEpoch(RegionEpoch.newBuilder().setConfVer(1).setVersion(version))
                  .addAllPeers(List.of(peer(1), peer(2)))
                  .build(),
              peer(leaderStore)));
    }
    byId = next;
  }

  static Peer peer(long storeId) {
    return Peer.newBuilder().setId(10 + storeId).setStoreId(storeId).build();
  }

  /** Another store leads all regions; nobody is told. */
  synchronized void lead(long store) {
    Map<Long, CachedRegion> next = new HashMap<>();
    byId.forEach((id, region) -> next.put(id, new CachedRegion(region.region(), peer(store))));
    byId = next;
  }

  synchronized void storeAt(long id, String address) {
    stores.put(id, address);
  }

  synchronized CachedRegion byId(long id) {
    CachedRegion found = byId.get(id);
    if (found == null) {
      throw new IllegalStateException("no region " + id);
    }
    return found;
  }

  /** The error that a TiKV gives for a request, or null. */
  synchronized @Nullable Error check(Context context, ByteString key) {
    CachedRegion region = byId.get(context.getRegionId());
    if (region == null) {
      return Error.newBuilder()
          .setRegionNotFound(RegionNotFound.newBuilder().setRegionId(context.getRegionId()))
          .build();
    }
    if (!region.region().getRegionEpoch().equals(context.getRegionEpoch())) {
      return Error.newBuilder().setEpochNotMatch(EpochNotMatch.getDefaultInstance()).build();
    }
    if (region.leader().getStoreId() != context.getPeer().getStoreId()) {
      return Error.newBuilder()
          .setNotLeader(NotLeader.newBuilder().setLeader(region.leader()))
          .build();
    }
    if (!region.contains(key)) {
      return Error.newBuilder().setKeyNotInRegion(KeyNotInRegion.newBuilder().setKey(key)).build();
    }
    return null;
  }

  @Override
  public synchronized Region regionOf(byte[] key) {
    lookups.incrementAndGet();
    ByteString raw = ByteString.copyFrom(key);
    for (CachedRegion region : byId.values()) {
      if (region.contains(raw)) {
        return Region.newBuilder().setRegion(region.region()).setLeader(region.leader()).build();
      }
    }
    throw new IllegalStateException("no region holds " + KeyRange.show(raw));
  }

  @Override
  public synchronized Store store(long storeId) {
    return Store.newBuilder().setId(storeId).setAddress(stores.getOrDefault(storeId, "")).build();
  }

  @Override
  public synchronized CommitTs next() {
    return new CommitTs(CommitTs.compose(nowMillis, ++logical));
  }

  @Override
  public long clusterId() {
    return 1;
  }

  @Override
  public long gcSafePoint() {
    return 0;
  }

  @Override
  public void close() {}
}
