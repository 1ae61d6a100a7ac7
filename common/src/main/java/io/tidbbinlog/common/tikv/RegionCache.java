package io.tidbbinlog.common.tikv;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.pd.PdClient;
import io.tidbbinlog.proto.metapb.Peer;
import io.tidbbinlog.proto.pdpb.Region;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The regions met so far, by key. What is wrong in it, TiKV refuses; then it is dropped.
 * Thread-safe.
 */
final class RegionCache {
  private final PdClient pd;
  private final TreeMap<ByteString, CachedRegion> byStart = new TreeMap<>(KeyRange.ORDER);

  RegionCache(PdClient pd) {
    this.pd = pd;
  }

  /** The region that holds a key, remembered or asked of PD. */
  CachedRegion locate(ByteString key) throws InterruptedException {
    CachedRegion known = find(key);
    if (known != null) {
      return known;
    }
    Region found = pd.regionOf(key.toByteArray());
    Peer leader = found.getLeader();
    if (leader.getStoreId() == 0 && found.getRegion().getPeersCount() > 0) {
      leader = found.getRegion().getPeers(0); // no leader known: any peer names it
    }
    CachedRegion region = new CachedRegion(found.getRegion(), leader);
    remember(region);
    return region;
  }

  private synchronized @Nullable CachedRegion find(ByteString key) {
    Map.Entry<ByteString, CachedRegion> before = byStart.floorEntry(key);
    return before != null && before.getValue().contains(key) ? before.getValue() : null;
  }

  private synchronized void remember(CachedRegion region) {
    // What it overlaps is older: regions have split or merged since.
    Map.Entry<ByteString, CachedRegion> before = byStart.lowerEntry(region.start());
    if (before != null && KeyRange.isBelow(region.start(), before.getValue().end())) {
      byStart.remove(before.getKey());
    }
    byStart
        .tailMap(region.start(), true)
        .keySet()
        .removeIf(start -> KeyRange.isBelow(start, region.end()));
    byStart.put(region.start(), region);
  }

  /** Forgets a region, unless a newer one has taken its place. */
  synchronized void drop(CachedRegion region) {
    byStart.remove(region.start(), region);
  }

  /** Forgets what a store leads as far as we know: its regions will have other leaders soon. */
  synchronized void dropLedBy(long storeId) {
    byStart.values().removeIf(region -> region.leader().getStoreId() == storeId);
  }

  /** Another peer leads it now. */
  synchronized void leads(CachedRegion region, Peer leader) {
    byStart.replace(region.start(), region, new CachedRegion(region.region(), leader));
  }
}
