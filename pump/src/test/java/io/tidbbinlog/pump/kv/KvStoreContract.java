package io.tidbbinlog.pump.kv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.pump.kv.KvStore.Cursor;
import io.tidbbinlog.pump.kv.KvStore.Space;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link KvStore} does. */
abstract class KvStoreContract {
  KvStore store = new MemKvStore();

  abstract KvStore open() throws Exception;

  @BeforeEach
  void openIt() throws Exception {
    store = open();
  }

  @AfterEach
  void closeIt() {
    store.close();
  }

  @Test
  void findsWhatWasPut() {
    put("a", "1", "b", "2");
    assertThat(store.get(Space.COMMIT, b("a"))).isEqualTo(b("1"));
    assertThat(store.get(Space.COMMIT, b("c"))).isNull();
    assertThat(store.get(Space.PREWRITE, b("a"))).as("another space").isNull();
  }

  @Test
  void laterChangesOfABatchWin() {
    store.write(
        new KvBatch()
            .put(Space.OPEN, b("k"), b("1"))
            .delete(Space.OPEN, b("k"))
            .put(Space.OPEN, b("k"), b("2")),
        true);
    assertThat(store.get(Space.OPEN, b("k"))).isEqualTo(b("2"));
  }

  @Test
  void scansAscendingWithoutTheUpperBorder() {
    put("b", "2", "a", "1", "d", "4", "c", "3");
    assertThat(scan("b", "d")).containsExactly("b=2", "c=3");
    assertThat(scan("", "")).containsExactly("a=1", "b=2", "c=3", "d=4");
    assertThat(scan("e", "")).isEmpty();
  }

  @Test
  void comparesBytesUnsigned() {
    store.write(
        new KvBatch()
            .put(Space.META, new byte[] {(byte) 0x80}, b("high"))
            .put(Space.META, new byte[] {0x7f}, b("low")),
        false);
    assertThat(store.lastKey(Space.META, new byte[0])).isEqualTo(new byte[] {(byte) 0x80});
  }

  @Test
  void aCursorSeesOnlyWhatWasThereBefore() {
    put("a", "1");
    try (Cursor cursor = store.scan(Space.COMMIT, b(""), b(""))) {
      put("b", "2");
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.next()).isFalse();
      assertThat(cursor.next()).isFalse();
    }
  }

  @Test
  void findsTheLastKeyBelowABorder() {
    put("a", "1", "c", "3");
    assertThat(store.lastKey(Space.COMMIT, b("c"))).isEqualTo(b("a"));
    assertThat(store.lastKey(Space.COMMIT, b("d"))).isEqualTo(b("c"));
    assertThat(store.lastKey(Space.COMMIT, b("a"))).isNull();
    assertThat(store.lastKey(Space.LONG, b(""))).isNull();
  }

  @Test
  void removesARangeWithoutItsUpperBorder() {
    put("a", "1", "b", "2", "c", "3");
    store.deleteRange(Space.COMMIT, b("a"), b("c"));
    assertThat(scan("", "")).containsExactly("c=3");
  }

  @Test
  void droppingFilesLeavesTheRestOfTheStore() {
    put("a", "1", "b", "2", "c", "3", "d", "4");
    store.deleteRange(Space.COMMIT, b("a"), b("c"));
    store.dropFiles(Space.COMMIT, b("a"), b("c"));
    assertThat(scan("c", "")).containsExactly("c=3", "d=4");
  }

  @Test
  void refusesEverythingAfterClose() {
    put("a", "1");
    Cursor cursor = store.scan(Space.COMMIT, b(""), b(""));
    store.close();
    store.close();
    assertThatThrownBy(() -> store.get(Space.COMMIT, b("a"))).isInstanceOf(BinlogException.class);
    assertThatThrownBy(() -> put("b", "2")).isInstanceOf(BinlogException.class);
    assertThatThrownBy(cursor::next).isInstanceOf(BinlogException.class);
    cursor.close();
  }

  void put(String... pairs) {
    KvBatch batch = new KvBatch();
    for (int i = 0; i < pairs.length; i += 2) {
      batch.put(Space.COMMIT, b(pairs[i]), b(pairs[i + 1]));
    }
    store.write(batch, true);
  }

  List<String> scan(String from, String to) {
    List<String> found = new ArrayList<>();
    try (Cursor cursor = store.scan(Space.COMMIT, b(from), b(to))) {
      while (cursor.next()) {
        found.add(new String(cursor.key(), UTF_8) + "=" + new String(cursor.value(), UTF_8));
      }
    }
    return found;
  }

  static byte[] b(String text) {
    return text.getBytes(UTF_8);
  }
}
