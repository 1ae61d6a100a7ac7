package io.tidbbinlog.pump.kv;

import io.tidbbinlog.common.error.BinlogException;
import org.jspecify.annotations.Nullable;

/**
 * An ordered store of byte keys in several spaces. Keys compare as unsigned bytes.
 *
 * <p>A write that came back with {@code sync} survives power loss; one without survives the death
 * of the process. Writes become durable in the order in which they were made: none survives without
 * the ones before it. Failures are {@link BinlogException}: {@code STORAGE_FAILED}, {@code
 * STORAGE_CORRUPT} when stored bytes don't fit their checksum, {@code CLOSED} after {@link #close}.
 *
 * <p>Thread-safe; cursors are not.
 */
public interface KvStore extends AutoCloseable {
  /** The key spaces. Their names are on disk: don't rename. */
  enum Space {
    /** start-ts → prewrite. */
    PREWRITE,
    /** commit-ts, start-ts → commit or stored watermark. */
    COMMIT,
    /** start-ts of prewrites without outcome → nothing. */
    OPEN,
    /** commit-ts, start-ts of commits long after their start → nothing. */
    LONG,
    /** name → value. */
    META
  }

  /** The value, or null where there is none. */
  byte @Nullable [] get(Space space, byte[] key);

  /**
   * Reads {@code [from, to)} ascending, as it was when the cursor was made. An empty {@code to}
   * means no upper border. The caller closes it; closing the store closes it too.
   */
  Cursor scan(Space space, byte[] from, byte[] to);

  /** The greatest key below {@code border} (empty: of all), or null. */
  byte @Nullable [] lastKey(Space space, byte[] border);

  /** All of the batch or nothing. */
  void write(KvBatch batch, boolean sync);

  /** Removes {@code [from, to)}, cheaply however much it is. Not for small ranges often. */
  void deleteRange(Space space, byte[] from, byte[] to);

  /**
   * Gives back the room of files that lie wholly in {@code [from, to)}, at once. Only for keys that
   * are or will be removed by {@link #deleteRange}: others in those files are gone, and what older
   * removals hid in other files may show again.
   */
  void dropFiles(Space space, byte[] from, byte[] to);

  /** About how many bytes it takes on disk. */
  long sizeBytes();

  /** Waits for calls under way, closes cursors, then the store. Repeatable. */
  @Override
  void close();

  /** Stands before the first entry when new. For one thread at a time. */
  interface Cursor extends AutoCloseable {
    /** Steps to the next entry; false at the end, and then always. */
    boolean next();

    byte[] key();

    byte[] value();

    @Override
    void close();
  }
}
