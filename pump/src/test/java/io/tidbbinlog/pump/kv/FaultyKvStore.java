package io.tidbbinlog.pump.kv;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Brings faults into a {@link KvStore}: failing writes, and writes that hang until let go. */
public final class FaultyKvStore implements KvStore {
  private final KvStore inner;
  private final AtomicInteger failing = new AtomicInteger();
  private final AtomicInteger writes = new AtomicInteger();
  private volatile @Nullable CountDownLatch hanging;

  public FaultyKvStore(KvStore inner) {
    this.inner = inner;
  }

  /** The next writes fail without an effect. */
  public void failWrites(int number) {
    failing.set(number);
  }

  /** Writes wait from now on, until {@link #letGo}. */
  public void hang() {
    hanging = new CountDownLatch(1);
  }

  public void letGo() {
    CountDownLatch latch = hanging;
    hanging = null;
    if (latch != null) {
      latch.countDown();
    }
  }

  /** Writes that were asked for. */
  public int writes() {
    return writes.get();
  }

  @Override
  public void write(KvBatch batch, boolean sync) {
    writes.incrementAndGet();
    CountDownLatch latch = hanging;
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (failing.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new BinlogException(ErrorCode.STORAGE_FAILED, "no space left on device");
    }
    inner.write(batch, sync);
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
  public void deleteRange(Space space, byte[] from, byte[] to) {
    inner.deleteRange(space, from, to);
  }

  @Override
  public void dropFiles(Space space, byte[] from, byte[] to) {
    inner.dropFiles(space, from, to);
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
