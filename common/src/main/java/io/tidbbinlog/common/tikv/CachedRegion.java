package io.tidbbinlog.common.tikv;

import com.google.protobuf.ByteString;
import io.tidbbinlog.proto.kvrpcpb.Context;
import io.tidbbinlog.proto.metapb.Peer;
import io.tidbbinlog.proto.metapb.Region;

/** A region with raw borders, and the peer that leads it as far as we know. */
record CachedRegion(Region region, Peer leader) {
  ByteString start() {
    return region.getStartKey();
  }

  ByteString end() {
    return region.getEndKey();
  }

  boolean contains(ByteString key) {
    return KeyRange.contains(start(), end(), key);
  }

  /** What every request to this region carries. */
  Context context() {
    return Context.newBuilder()
        .setRegionId(region.getId())
        .setRegionEpoch(region.getRegionEpoch())
        .setPeer(leader)
        .build();
  }

  @Override
  public String toString() {
    return "region " + region.getId() + " at store " + leader.getStoreId();
  }
}
