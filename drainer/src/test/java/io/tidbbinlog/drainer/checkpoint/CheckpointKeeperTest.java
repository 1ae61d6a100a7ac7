package io.tidbbinlog.drainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn.Phase;
import io.tidbbinlog.drainer.model.Txn.DmlTxn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CheckpointKeeperTest {
  private final Store store = new Store();
  private final LinkedBlockingQueue<Throwable> deaths = new LinkedBlockingQueue<>();
  private final CheckpointKeeper keeper =
      keeper(Duration.ofHours(1), Duration.ofMinutes(10), Checkpoint.at(5));

  @AfterEach
  void close() {
    keeper.close();
  }

  @Test
  void savesAtOnceAfterADdl() throws InterruptedException {
    keeper.start();
    keeper.applied(dml(8));
    keeper.applied(ddl(9, 40, Phase.IN_PLACE));
    Checkpoint saved = store.next();
    assertThat(saved.commitTs()).isEqualTo(9);
    assertThat(saved.schemaVersion()).isEqualTo(40);
    assertThat(saved.consistent()).isFalse();
  }

  @Test
  void savesAfterTheIntervalWhenThePositionHasMoved() throws InterruptedException {
    try (CheckpointKeeper quick =
        keeper(Duration.ofMillis(5), Duration.ofMinutes(1), Checkpoint.at(5))) {
      quick.start();
      quick.applied(new MarkerTxn(20));
      assertThat(store.next().commitTs()).isEqualTo(20);
      assertThat(store.saved.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }
  }

  @Test
  void aCleanEndIsConsistent() throws InterruptedException {
    keeper.start();
    keeper.applied(dml(8));
    keeper.finish(true);
    Checkpoint last = store.next();
    assertThat(last.commitTs()).isEqualTo(8);
    assertThat(last.consistent()).isTrue();
  }

  @Test
  void aStatementThatRunsAheadDoesNotMoveThePosition() throws InterruptedException {
    keeper.start();
    keeper.applied(ddl(30, 41, Phase.AHEAD));
    Checkpoint ahead = store.next();
    assertThat(ahead.commitTs()).isEqualTo(5);
    assertThat(ahead.aheadJobs()).containsExactly(1L);
    assertThat(ahead.schemaVersion()).isZero();
    keeper.applied(dml(30));
    keeper.applied(ddl(31, 41, Phase.DONE_AHEAD));
    Checkpoint done = store.next();
    assertThat(done.commitTs()).isEqualTo(31);
    assertThat(done.aheadJobs()).isEmpty();
    assertThat(done.schemaVersion()).isEqualTo(41);
  }

  @Test
  void aMarkerCarriesTheSchemaVersionOfAFilteredDdl() throws InterruptedException {
    keeper.applied(new MarkerTxn(12, 50));
    keeper.finish(false);
    assertThat(store.next().schemaVersion()).isEqualTo(50);
  }

  @Test
  void aStoreThatIsAwayIsTriedAgain() throws InterruptedException {
    store.failures = 1;
    keeper.start();
    keeper.applied(ddl(9, 40, Phase.IN_PLACE));
    assertThat(store.next().commitTs()).isEqualTo(9);
    assertThat(deaths).isEmpty();
  }

  @Test
  void aStoreThatIsAwayForTooLongEndsIt() throws InterruptedException {
    store.failures = Integer.MAX_VALUE;
    try (CheckpointKeeper impatient =
        keeper(Duration.ofHours(1), Duration.ZERO, Checkpoint.at(5))) {
      impatient.start();
      impatient.applied(ddl(9, 40, Phase.IN_PLACE));
      assertThat(deaths.poll(20, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              BinlogException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_FAILED));
    }
  }

  private CheckpointKeeper keeper(Duration interval, Duration patience, Checkpoint start) {
    return new CheckpointKeeper(
        Optional.of(store),
        start,
        interval,
        patience,
        Clock.SYSTEM,
        CheckpointMetrics.NONE,
        (thread, cause) -> deaths.add(cause));
  }

  private static DmlTxn dml(long ts) {
    return new DmlTxn(ts - 1, ts, 1, List.of(), 10);
  }

  private static DdlTxn ddl(long ts, long version, Phase phase) {
    DdlJob job =
        new DdlJob(
            1,
            DdlType.ADD_COLUMN,
            1,
            1,
            "d",
            "t",
            6,
            5,
            1,
            "q",
            version,
            9,
            null,
            null,
            List.of(),
            List.of());
    return new DdlTxn(ts, job, "d", "t", "d", "t", "q", phase, 10);
  }

  private static final class Store implements CheckpointStore {
    final LinkedBlockingQueue<Checkpoint> saved = new LinkedBlockingQueue<>();
    volatile int failures;

    @Override
    public Optional<Checkpoint> load() {
      return Optional.empty();
    }

    @Override
    public synchronized void save(Checkpoint checkpoint) {
      if (failures > 0) {
        failures--;
        throw new BinlogException(ErrorCode.CHECKPOINT_FAILED, "the store is away");
      }
      saved.add(checkpoint);
    }

    @Override
    public void close() {}

    Checkpoint next() throws InterruptedException {
      Checkpoint next = saved.poll(20, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing was saved");
      }
      return next;
    }
  }
}
