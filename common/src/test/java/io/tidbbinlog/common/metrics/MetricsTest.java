package io.tidbbinlog.common.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  @Test
  void namesStayAsTheyAre() {
    metrics.counter("binlog_pump_loss_binlog_count", "Failed writes.").inc();
    metrics.counter("a_deleted_kv_total", "x").add(2.5);
    metrics.gauge("z_gc_ts", "Line\none.").set(1.6e12);
    assertThat(metrics.prometheusText())
        .isEqualTo(
            """
            # HELP a_deleted_kv_total x
            # TYPE a_deleted_kv_total counter
            a_deleted_kv_total 2.5
            # HELP binlog_pump_loss_binlog_count Failed writes.
            # TYPE binlog_pump_loss_binlog_count counter
            binlog_pump_loss_binlog_count 1
            # HELP z_gc_ts Line\\none.
            # TYPE z_gc_ts gauge
            z_gc_ts 1600000000000
            """);
  }

  @Test
  void histogramsAreCumulativeAndBoundsInclusive() {
    Histogram rpc =
        metrics.histogram("rpc_seconds", "x", Metrics.exponential(0.5, 2, 3), "method", "label");
    rpc.labels("Write\"Binlog", "succ").observe(0.5);
    rpc.labels("Write\"Binlog", "succ").observe(3);
    rpc.labels("Write\"Binlog", "succ").observe(1.5);
    assertThat(metrics.prometheusText())
        .isEqualTo(
            """
            # HELP rpc_seconds x
            # TYPE rpc_seconds histogram
            rpc_seconds_bucket{method="Write\\"Binlog",label="succ",le="0.5"} 1
            rpc_seconds_bucket{method="Write\\"Binlog",label="succ",le="1"} 1
            rpc_seconds_bucket{method="Write\\"Binlog",label="succ",le="2"} 2
            rpc_seconds_bucket{method="Write\\"Binlog",label="succ",le="+Inf"} 3
            rpc_seconds_sum{method="Write\\"Binlog",label="succ"} 5
            rpc_seconds_count{method="Write\\"Binlog",label="succ"} 3
            """);
  }

  @Test
  void theSameNameIsTheSameMetric() {
    metrics.counter("c", "x", "type").labels("a").inc();
    metrics.counter("c", "x", "type").labels("a").inc();
    assertThat(metrics.prometheusText()).contains("c{type=\"a\"} 2\n");
    assertThatThrownBy(() -> metrics.gauge("c", "x")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void asksAtEveryScrape() {
    ProcessMetrics.register(metrics);
    assertThat(metrics.prometheusText())
        .containsPattern("\ngo_goroutines [1-9][0-9]*\n")
        .containsPattern("\ngo_memstats_heap_inuse_bytes [1-9][0-9]*\n")
        .containsPattern("\nprocess_cpu_seconds_total [0-9.]+\n");
  }

  @Test
  void aProcessTellsOfItsJvmToo() {
    Metrics metrics = new Metrics();
    ProcessMetrics.register(metrics);
    String text = metrics.prometheusText();
    assertThat(text)
        .containsPattern("(?m)^go_goroutines [1-9]")
        .containsPattern("(?m)^jvm_memory_used_bytes\\{area=\"heap\",.*} [1-9]")
        .containsPattern("(?m)^jvm_gc_memory_allocated_bytes_total ")
        .containsPattern("(?m)^jvm_threads_live_threads [1-9]");
    List<String> types = text.lines().filter(line -> line.startsWith("# TYPE ")).toList();
    assertThat(types).doesNotHaveDuplicates().allMatch(type -> type.split(" ").length == 4);
    assertThat(text).endsWith("\n");
  }
}
