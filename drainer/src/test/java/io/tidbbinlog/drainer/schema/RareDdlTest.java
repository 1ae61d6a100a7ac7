package io.tidbbinlog.drainer.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.drainer.replay.RecordedTikv;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs of the types that the original gets wrong, as real servers wrote them. */
class RareDdlTest {
  private final SchemaTracker tracker = new SchemaTracker();
  private final Map<String, SchemaTracker.HandedOn> results = new HashMap<>();

  @ParameterizedTest
  @ValueSource(strings = {"tidb8", "tidb7"})
  void idsAndNamesFollowEveryJob(String generation) throws Exception {
    List<DdlJob> jobs = jobs(generation);
    long nt = tableId(jobs, "create table nt(");
    long nt2 = tableId(jobs, "create table dbb.nt2(");
    long swap1 = tableId(jobs, "create table swap1(");
    long swap2 = tableId(jobs, "create table swap2(");
    long r1 = tableId(jobs, "create table r1(");
    long r2 = tableId(jobs, "create table r1(") + 2;
    long tt = tableId(jobs, "create table tt(");
    long t3 = tableId(jobs, "create table t3(");
    long x = tableId(jobs, "create table dc.x(");

    play(jobs, "rename table r1 to");
    assertThat(name(r1)).isEqualTo("da.r1x");
    assertThat(name(r2)).isEqualTo("dbb.r2x");
    assertThat(names("rename table r1 to")).isEqualTo(new DdlNames("dbb", "r2x", "da", "r2"));

    play(jobs, "rename table swap1 to");
    assertThat(name(swap1)).isEqualTo("da.swap2");
    assertThat(name(swap2)).isEqualTo("da.swap1");

    play(jobs, "alter table pt exchange partition p1");
    assertThat(name(nt)).isNull();
    assertThat(name(nt2)).isNull();
    assertThat(names("alter table pt exchange partition p0").table()).isEqualTo("pt");
    assertThat(newIdOf(jobs, "alter table pt exchange partition p0")).isNotEqualTo(nt);
    assertThat(name(newIdOf(jobs, "alter table pt exchange partition p0"))).isEqualTo("da.nt");
    assertThat(name(newIdOf(jobs, "alter table pt exchange partition p1"))).isEqualTo("dbb.nt2");

    play(jobs, "drop table tt");
    assertThat(name(tt)).isNull();
    assertThat(tracker.wasRemovedAfter(tt, 1)).isTrue();
    play(jobs, "flashback table tt");
    assertThat(name(tt)).isEqualTo("da.tt_back");
    assertThat(tracker.wasRemovedAfter(tt, 1)).isFalse();

    play(jobs, "truncate table t3");
    assertThat(name(t3)).isNull();
    play(jobs, "flashback table t3");
    assertThat(name(t3)).isEqualTo("da.t3_back");
    play(jobs, "recover table t3");
    assertThat(name(tableId(jobs, "recover table t3"))).isEqualTo("da.t3");

    play(jobs, "drop database dc");
    assertThat(name(x)).isNull();
    assertThat(names("drop database dc")).isEqualTo(new DdlNames("dc", "", "dc", ""));
    play(jobs, "flashback database dc");
    assertThat(name(x)).isEqualTo("dc2.x");

    play(jobs, null);
    assertThat(tracker.schemaVersion()).isEqualTo(jobs.get(jobs.size() - 1).schemaVersion());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tidb8"})
  void repartitioningGivesTheTableANewId(String generation) throws Exception {
    List<DdlJob> jobs = jobs(generation);
    play(jobs, "create table ap(");
    long ap = tableId(jobs, "create table ap(");
    assertThat(name(ap)).isEqualTo("da.ap");
    play(jobs, "alter table ap partition by");
    assertThat(name(ap)).isNull();
    long partitioned = infoId(jobs, "alter table ap partition by");
    assertThat(name(partitioned)).isEqualTo("da.ap");
    play(jobs, "alter table ap remove partitioning");
    assertThat(name(infoId(jobs, "alter table ap remove partitioning"))).isEqualTo("da.ap");
    assertThat(name(partitioned)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tidb8", "tidb7"})
  void readsAllTypesThatTheRecordingsLack(String generation) throws Exception {
    assertThat(jobs(generation))
        .extracting(DdlJob::type)
        .contains(
            DdlType.RENAME_TABLES,
            DdlType.EXCHANGE_PARTITION,
            DdlType.RECOVER_TABLE,
            DdlType.RECOVER_SCHEMA,
            DdlType.INDEX_VISIBILITY,
            DdlType.ALTER_TTL,
            DdlType.MULTI_SCHEMA_CHANGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tidb8", "tidb7"})
  void twoDropsAtOnceArePublicSixVersionsBeforeTheEnd(String generation) throws Exception {
    TikvDdlJobs source = source(generation);
    for (DdlJob job : jobs(generation)) {
      if (job.query().startsWith("alter table vi drop column c1, drop column c2")) {
        assertThat(job.drops()).isEqualTo(2);
        assertThat(source.layoutVersion(job)).isEqualTo(job.schemaVersion() - 6);
      } else if (job.query().startsWith("alter table vi add column c1")) {
        assertThat(source.layoutVersion(job)).isEqualTo(job.schemaVersion());
      }
    }
  }

  private int played;

  /** Hands on jobs up to and with that statement. */
  private void play(List<DdlJob> jobs, @Nullable String query) {
    while (played < jobs.size()) {
      DdlJob job = jobs.get(played++);
      SchemaTracker.HandedOn result = tracker.handOn(job);
      results.put(job.query(), result);
      if (query != null && job.query().startsWith(query)) {
        return;
      }
    }
  }

  private DdlNames names(String query) {
    return results.entrySet().stream()
        .filter(e -> e.getKey().startsWith(query))
        .findFirst()
        .orElseThrow()
        .getValue()
        .names();
  }

  private @Nullable String name(long tableId) {
    TableView view = tracker.table(tableId);
    return view == null ? null : view.schema() + "." + view.table();
  }

  private static long tableId(List<DdlJob> jobs, String query) {
    return find(jobs, query).tableId();
  }

  private static long infoId(List<DdlJob> jobs, String query) {
    var info = find(jobs, query).tableInfo();
    return info == null ? 0 : info.id();
  }

  private static long newIdOf(List<DdlJob> jobs, String query) {
    return find(jobs, query).moves().get(0).tableId();
  }

  private static DdlJob find(List<DdlJob> jobs, String query) {
    return jobs.stream().filter(job -> job.query().startsWith(query)).findFirst().orElseThrow();
  }

  private static List<DdlJob> jobs(String generation) throws Exception {
    return source(generation).jobsAfter(0);
  }

  private static TikvDdlJobs source(String generation) throws Exception {
    RecordedTikv tikv = RecordedTikv.ofResource("golden/ddl/rare-" + generation + ".meta.gz");
    return new TikvDdlJobs(tikv, () -> new CommitTs(1));
  }
}
