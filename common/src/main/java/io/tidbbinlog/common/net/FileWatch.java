package io.tidbbinlog.common.net;

import io.tidbbinlog.common.error.BinlogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something made from files, made again when they have changed. While the new files can't be used
 * (a replacement is half done), the old thing stays. Thread-safe.
 */
final class FileWatch<T> {
  private static final Logger log = LoggerFactory.getLogger(FileWatch.class);

  private final List<Path> files;
  private final Supplier<T> maker;
  private List<String> seen;
  private T made;

  FileWatch(List<String> files, Supplier<T> maker) {
    this.files = files.stream().map(Path::of).toList();
    this.maker = maker;
    this.seen = stamps();
    this.made = maker.get();
  }

  synchronized T get() {
    List<String> now = stamps();
    if (!now.equals(seen)) {
      try {
        made = maker.get();
        log.atInfo().addKeyValue("files", files).log("read certificates again");
      } catch (BinlogException e) {
        log.atWarn().setCause(e).log("changed certificates can't be used, the old ones stay");
      }
      seen = now;
    }
    return made;
  }

  private List<String> stamps() {
    List<String> stamps = new ArrayList<>();
    for (Path file : files) {
      try {
        stamps.add(Files.getLastModifiedTime(file) + "/" + Files.size(file));
      } catch (IOException e) {
        stamps.add("missing");
      }
    }
    return stamps;
  }
}
