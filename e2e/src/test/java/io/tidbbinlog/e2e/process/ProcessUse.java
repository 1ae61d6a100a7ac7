package io.tidbbinlog.e2e.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process of this machine takes of it now, as Linux counts.
 *
 * @param threads its threads
 * @param files its open files and connections
 * @param residentBytes its memory
 */
public record ProcessUse(int threads, int files, long residentBytes) {
  /** Of a process that lives. */
  public static ProcessUse of(long pid) {
    Path proc = Path.of("/proc", Long.toString(pid));
    try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
      String status = Files.readString(proc.resolve("status"));
      return new ProcessUse(
          (int) field(status, "Threads:"),
          (int) files.count(),
          field(status, "VmRSS:") << 10); // it says kB
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
