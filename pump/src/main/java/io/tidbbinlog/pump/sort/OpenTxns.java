package io.tidbbinlog.pump.sort;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Prewrites without outcome: a queue in the order of arrival that is also found by start-ts.
 *
 * <pre>
 * chunks   [ start-ts bound arrived | … 4096 … ] [ … ] [ … ]     20 bytes each, a new chunk when full
 *            ▲ head                                   ▲ tail     positions, counted through all chunks
 * index    hash of start-ts → low 32 bits of its position        4 bytes a slot, at most ¾ full
 * </pre>
 *
 * One that has ended leaves a hole (start-ts 0); holes at the head go at once, others when there
 * are more of them than entries. 12 million entries take 310 MB. 0 is no start-ts. Not thread-safe.
 */
final class OpenTxns {
  private static final int CHUNK_BITS = 12;
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int SMALLEST = 1024; // slots of the index; a power of two, always

  private @Nullable Chunk[] chunks =
      new Chunk[16]; // a ring by the number of the chunk; a power of two
  private int[] index = new int[SMALLEST];
  private long head = 1;
  private long tail = 1;
  private long asked = 1; // what is before it was taken by takeOverdue
  private int size;

  private static final class Chunk {
    private final long[] startTs = new long[CHUNK];
    private final long[] bound = new long[CHUNK];
    private final int[] arrived = new int[CHUNK]; // milliseconds since the first of the chunk
    private long firstMillis;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean contains(long startTs) {
    return startTs != 0 && index[find(startTs)] != 0;
  }

  /**
   * Appends one, unless it is there already.
   *
   * @param bound what the owner wants to know of it
   * @param arrivedMillis not less than that of any before
   * @return false when it was there
   */
  boolean add(long startTs, long bound, long arrivedMillis) {
    if (startTs == 0) {
      throw new IllegalArgumentException("0 is no ts");
    }
    int slot = find(startTs);
    if (index[slot] != 0) {
      return false;
    }
    long position = nextPosition();
    set(position, startTs, bound, arrivedMillis);
    index[slot] = (int) position;
    if (++size > index.length / 4 * 3) {
      rehash(index.length << 1);
    }
    return true;
  }

  /** False when it was not there. */
  boolean remove(long startTs) {
    int slot = startTs == 0 ? -1 : find(startTs);
    if (slot < 0 || index[slot] == 0) {
      return false;
    }
    long position = position(index[slot]);
    size--;
    closeGap(slot); // reads the start-ts of others only
    chunk(position).startTs[at(position)] = 0;
    dropHoles();
    return true;
  }

  /** Of the oldest; 0 when there is none. */
  long headStartTs() {
    return size == 0 ? 0 : chunk(head).startTs[at(head)];
  }

  /** Of the oldest; 0 when there is none. */
  long headBound() {
    return size == 0 ? 0 : chunk(head).bound[at(head)];
  }

  /** Of the oldest; 0 when there is none. */
  long headArrivedMillis() {
    return size == 0 ? 0 : arrivedMillis(head);
  }

  /**
   * The start-ts of those that arrived no later than {@code latestMillis}, oldest first; each is
   * told once, at most {@code max} a call.
   */
  long[] takeOverdue(long latestMillis, int max) {
    long[] taken = new long[Math.min(max, size)];
    int count = 0;
    asked = Math.max(asked, head);
    while (asked < tail && count < taken.length) {
      long startTs = startTs(asked);
      if (startTs != 0) {
        if (arrivedMillis(asked) > latestMillis) {
          break;
        }
        taken[count++] = startTs;
      }
      asked++;
    }
    return count == taken.length ? taken : Arrays.copyOf(taken, count);
  }

  // positions -------------------------------------------------------------------------------

  /** 0 in the index means empty, so no entry has a position that looks like it there. */
  private long nextPosition() {
    if ((int) tail == 0) {
      open(tail);
      chunk(tail).startTs[at(tail)] = 0;
      tail++;
    }
    open(tail);
    return tail++;
  }

  private void set(long position, long startTs, long bound, long arrivedMillis) {
    Chunk chunk = chunk(position);
    int at = at(position);
    if (at == 0 || position == head) {
      chunk.firstMillis = arrivedMillis;
    }
    chunk.startTs[at] = startTs;
    chunk.bound[at] = bound;
    // Beyond 24 days in one chunk it seems older than it is, which does no harm.
    chunk.arrived[at] = (int) Math.min(Integer.MAX_VALUE, arrivedMillis - chunk.firstMillis);
  }

  private long startTs(long position) {
    return chunk(position).startTs[at(position)];
  }

  private long arrivedMillis(long position) {
    Chunk chunk = chunk(position);
    return chunk.firstMillis + chunk.arrived[at(position)];
  }

  private long position(int low) {
    return head + Integer.toUnsignedLong(low - (int) head);
  }

  private Chunk chunk(long position) {
    return Objects.requireNonNull(chunks[(int) (position >>> CHUNK_BITS) & (chunks.length - 1)]);
  }

  private static int at(long position) {
    return (int) position & (CHUNK - 1);
  }

  /** Makes the chunk of a new position at the tail, if it is the first in it. */
  private void open(long position) {
    long used = (position >>> CHUNK_BITS) - (head >>> CHUNK_BITS) + 1;
    if (used > chunks.length) {
      @Nullable Chunk[] wider = new Chunk[chunks.length << 1];
      for (long number = head >>> CHUNK_BITS; number < position >>> CHUNK_BITS; number++) {
        wider[(int) number & (wider.length - 1)] = chunks[(int) number & (chunks.length - 1)];
      }
      chunks = wider;
    }
    int at = (int) (position >>> CHUNK_BITS) & (chunks.length - 1);
    if (chunks[at] == null) {
      chunks[at] = new Chunk();
    }
  }

  private void free(long number) {
    chunks[(int) number & (chunks.length - 1)] = null;
  }

  private void dropHoles() {
    while (head < tail && startTs(head) == 0) {
      head++;
      if (at(head) == 0) {
        free((head >>> CHUNK_BITS) - 1);
      }
    }
    if (tail - head > 2L * size + 2 * CHUNK) {
      compact();
    }
    if (index.length > SMALLEST && size < index.length / 8) {
      rehash(index.length >> 1);
    }
  }

  /** Fills new chunks with the entries; their order stays. */
  private void compact() {
    @Nullable Chunk[] old = chunks;
    long from = head;
    long to = tail;
    long askedBefore = asked;
    chunks = new Chunk[16];
    Arrays.fill(index, 0);
    head = tail = asked = 1;
    size = 0;
    for (long position = from; position < to; position++) {
      if (position == askedBefore) {
        asked = tail;
      }
      int number = (int) (position >>> CHUNK_BITS) & (old.length - 1);
      Chunk chunk = Objects.requireNonNull(old[number]);
      int at = at(position);
      if (chunk.startTs[at] != 0) {
        boolean unused =
            add(chunk.startTs[at], chunk.bound[at], chunk.firstMillis + chunk.arrived[at]);
      }
      if (at == CHUNK - 1) {
        old[number] = null; // its room is needed
      }
    }
    if (askedBefore >= to) {
      asked = tail;
    }
  }

  // index -----------------------------------------------------------------------------------

  /** The slot of a start-ts, or the empty one where it would go. */
  private int find(long startTs) {
    int slot = home(startTs);
    while (index[slot] != 0 && startTs(position(index[slot])) != startTs) {
      slot = (slot + 1) & (index.length - 1);
    }
    return slot;
  }

  private int home(long startTs) {
    long mixed = startTs * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & (index.length - 1);
  }

  /**
   * Empties a slot; those behind that were pushed past it move back, so that no search ends early.
   */
  private void closeGap(int slot) {
    int hole = slot;
    int next = slot;
    while (true) {
      index[hole] = 0;
      int moving;
      int home;
      do {
        next = (next + 1) & (index.length - 1);
        moving = index[next];
        if (moving == 0) {
          return;
        }
        home = home(startTs(position(moving)));
      } while (hole <= next ? hole < home && home <= next : hole < home || home <= next);
      index[hole] = moving;
      hole = next;
    }
  }

  private void rehash(int capacity) {
    int[] old = index;
    index = new int[capacity];
    for (int low : old) {
      if (low != 0) {
        index[find(startTs(position(low)))] = low;
      }
    }
  }
}
