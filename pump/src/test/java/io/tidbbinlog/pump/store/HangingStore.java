package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.kv.KvBatch;
import io.tidbbinlog.pump.kv.KvStore;
import io.tidbbinlog.pump.kv.MemKvStore;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A store in memory whose removal of prewrites can be held up. */
final class HangingStore implements KvStore {
  private final KvStore inner = new MemKvStore();
  private final CountDownLatch hanging = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private volatile boolean hangs;

  void hang() {
    hangs = true;
  }

  void awaitHanging() throws InterruptedException {
    hanging.await();
  }

  void letGo() {
    go.countDown();
  }

  @Override
  public void deleteRange(Space space, byte[] from, byte[] to) {
    if (hangs && space == Space.PREWRITE) {
      hanging.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new BinlogException(ErrorCode.CLOSED, "interrupted", e);
      }
    }
    inner.deleteRange(space, from, to);
  }

  @Override
  public void dropFiles(Space space, byte[] from, byte[] to) {
    inner.dropFiles(space, from, to);
  }

  @Override
  public byte @Nullable [] get(Space space, byte[] key) {
    return inner.get(space, key);
  }

  @Override
  public Cursor scan(Space space, byte[] from, byte[] to) {
    return inner.scan(space, from, to);
  }

  @Override
  public byte @Nullable [] lastKey(Space space, byte[] border) {
    return inner.lastKey(space, border);
  }

  @Override
  public void write(KvBatch batch, boolean sync) {
    inner.write(batch, sync);
  }

  @Override
  public long sizeBytes() {
    return inner.sizeBytes();
  }

  @Override
  public void close() {
    inner.close();
  }
}
