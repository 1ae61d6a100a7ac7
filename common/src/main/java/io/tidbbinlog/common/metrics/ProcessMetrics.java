package io.tidbbinlog.common.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;

/**
 * The process as dashboards of the original know it. The {@code go_} names are kept for them:
 * Java's threads stand for goroutines and its heap for Go's. What is particular to a JVM follows as
 * {@code jvm_…}.
 */
public final class ProcessMetrics {
  private ProcessMetrics() {}

  /** Adds them to a program's metrics. */
  public static void register(Metrics metrics) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    metrics.gauge("go_goroutines", "Threads of the JVM.", threads::getThreadCount);
    metrics.gauge(
        "go_memstats_heap_inuse_bytes",
        "Bytes in use on the JVM's heap.",
        () -> memory.getHeapMemoryUsage().getUsed());
    metrics.gauge(
        "process_start_time_seconds",
        "Start time of the process since unix epoch in seconds.",
        () -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os) {
      metrics.counter(
          "process_cpu_seconds_total",
          "Total user and system CPU time spent in seconds.",
          () -> os.getProcessCpuTime() / 1e9);
      metrics.gauge(
          "process_open_fds", "Number of open file descriptors.", os::getOpenFileDescriptorCount);
      metrics.gauge(
          "process_max_fds",
          "Maximum number of open file descriptors.",
          os::getMaxFileDescriptorCount);
      metrics.gauge(
          "process_virtual_memory_bytes",
          "Virtual memory size in bytes.",
          os::getCommittedVirtualMemorySize);
    }
    metrics.append(JvmMetrics::prometheusText);
  }
}
