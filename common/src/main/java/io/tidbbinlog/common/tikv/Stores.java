package io.tidbbinlog.common.tikv;

import io.grpc.ManagedChannel;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.net.Channels;
import io.tidbbinlog.common.pd.PdClient;
import io.tidbbinlog.proto.metapb.Store;
import io.tidbbinlog.proto.metapb.StoreState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Channels to the TiKV stores, by the addresses that PD knows. Thread-safe. */
final class Stores implements AutoCloseable {
  /** A page of the DDL history may be large. */
  private static final int MAX_INBOUND = 1 << 30;

  private final PdClient pd;
  private final TlsConfig tls;
  private final Map<Long, String> addresses = new HashMap<>();
  private final Map<String, ManagedChannel> channels = new HashMap<>();
  private boolean closed;

  Stores(PdClient pd, TlsConfig tls) {
    this.pd = pd;
    this.tls = tls;
  }

  /** The channel to a store; PD is asked for an address that is not known. */
  ManagedChannel channel(long storeId) throws InterruptedException {
    synchronized (this) {
      String address = addresses.get(storeId);
      if (address != null) {
        return open(address);
      }
    }
    Store store = pd.store(storeId);
    if (store.getState() == StoreState.Tombstone || store.getAddress().isEmpty()) {
      throw new BinlogException(
          ErrorCode.TIKV_UNAVAILABLE, "store " + storeId + " has left the cluster");
    }
    synchronized (this) {
      addresses.put(storeId, store.getAddress());
      return open(store.getAddress());
    }
  }

  private ManagedChannel open(String address) {
    if (closed) {
      throw new BinlogException(ErrorCode.CLOSED, "the TiKV client was closed");
    }
    return channels.computeIfAbsent(address, to -> Channels.open(to, tls, MAX_INBOUND));
  }

  /** The address may have changed: ask PD again before the next call. */
  synchronized void doubt(long storeId) {
    addresses.remove(storeId);
  }

  @Override
  public void close() {
    List<ManagedChannel> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(channels.values());
      channels.clear();
    }
    open.forEach(ManagedChannel::shutdownNow);
    try {
      for (ManagedChannel channel : open) {
        var unused = channel.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
