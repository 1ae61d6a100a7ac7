package io.tidbbinlog.common.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.pd.EtcdClient;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch of a directory, opened again for as long as it is wanted. Whenever the stream was
 * (re-)established the watcher is told to list again, so a change while etcd was away is never
 * lost.
 */
final class NodeWatch {
  private static final Logger log = LoggerFactory.getLogger(NodeWatch.class);
  private static final long REOPEN_MILLIS = 1000;

  private final EtcdClient etcd;
  private final NodeKind kind;
  private final NodeRegistry.Watcher watcher;
  private final ScheduledExecutorService timer;
  private final Object told = new Object(); // one call of the watcher at a time
  private @Nullable Stream stream;
  private boolean closed;

  NodeWatch(
      EtcdClient etcd,
      NodeKind kind,
      NodeRegistry.Watcher watcher,
      ScheduledExecutorService timer) {
    this.etcd = etcd;
    this.kind = kind;
    this.watcher = watcher;
    this.timer = timer;
  }

  synchronized void open() {
    if (!closed) {
      Stream next = new Stream();
      stream = next;
      next.handle = etcd.watch(NodeKeys.directory(kind), next);
      if (stream != next) {
        close(next); // it ended while it was being opened
      }
    }
  }

  /** One stream of the library. It may tell of its end more than once, and late. */
  private final class Stream implements EtcdClient.Events {
    private @Nullable AutoCloseable handle;

    @Override
    public void established() {
      tell(this, watcher::resync);
    }

    @Override
    public void put(String key, byte[] value) {
      changed(this, key, value);
    }

    @Override
    public void deleted(String key) {
      tell(this, () -> watcher.removed(NodeKeys.nodeId(kind, key)));
    }

    @Override
    public void ended(Throwable cause) {
      reopen(this, cause);
    }
  }

  private synchronized boolean isCurrent(Stream asking) {
    return stream == asking;
  }

  private void changed(Stream from, String key, byte[] value) {
    NodeStatus status;
    try {
      status = NodeStatusJson.read(key, value);
    } catch (BinlogException e) {
      // The next listing fails with the same message: whoever depends on it learns it there.
      log.atWarn().addKeyValue("key", key).setCause(e).log("a node record can't be read");
      tell(from, watcher::resync);
      return;
    }
    tell(from, () -> watcher.changed(status));
  }

  private void reopen(Stream ended, Throwable cause) {
    synchronized (this) {
      if (stream != ended) {
        return;
      }
      closeStream();
      var unused = timer.schedule(this::open, REOPEN_MILLIS, TimeUnit.MILLISECONDS);
    }
    log.atWarn()
        .addKeyValue("directory", NodeKeys.directory(kind))
        .addKeyValue("error", cause.getMessage())
        .log("watch of the node registry ended, opening it again");
  }

  private void tell(Stream from, Runnable call) {
    synchronized (told) {
      if (!isCurrent(from)) {
        return;
      }
      try {
        call.run();
      } catch (RuntimeException e) {
        // A throwing watcher must not end the stream for good.
        log.atError().addKeyValue("kind", kind.word()).setCause(e).log("a node watcher failed");
      }
    }
  }

  synchronized void close() {
    closed = true;
    closeStream();
  }

  private void closeStream() {
    Stream open = stream;
    stream = null;
    if (open != null) {
      close(open);
    }
  }

  private static void close(Stream open) {
    AutoCloseable handle = open.handle;
    if (handle != null) {
      try {
        handle.close();
      } catch (Exception e) {
        log.atDebug().setCause(e).log("closing a watch failed");
      }
    }
  }
}
