package io.tidbbinlog.common.lifecycle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One thread with a name and an orderly end: what every part that works in the background has in
 * common. Being interrupted is how the body learns that it is to end, wherever it waits.
 *
 * <p>{@link #start} is called once; the rest by any thread, any number of times.
 */
public final class Worker {
  private final String name;
  private final Body body;
  private final FatalHandler onDeath;
  private volatile @Nullable Thread thread;

  /** What the thread does. */
  @FunctionalInterface
  public interface Body {
    /** Returns, or is interrupted, when the thread is to end; anything else thrown is a death. */
    void run() throws InterruptedException;
  }

  /**
   * @param onDeath told if the body throws anything but that it was interrupted
   */
  public Worker(String name, Body body, FatalHandler onDeath) {
    this.name = name;
    this.body = body;
    this.onDeath = onDeath;
  }

  /** Starts the thread. */
  public void start() {
    Thread started = Threads.named(name, this::run, onDeath);
    thread = started;
    started.start();
  }

  private void run() {
    try {
      body.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // asked to end
    }
  }

  /** Interrupts the thread and waits for its end, no longer than {@code within}. */
  public void stop(Duration within) {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      join(within);
    }
  }

  /**
   * Waits until the body has ended by itself, having been told so by the caller; interrupts it when
   * it has not within that time, or when the caller is interrupted.
   */
  public void finish(Duration within) {
    Thread running = thread;
    if (running != null) {
      join(within);
      running.interrupt();
    }
  }

  /** Does not wait for itself: a part may be closed by its own thread. */
  private void join(Duration within) {
    Thread running = thread;
    if (running == null || running == Thread.currentThread()) {
      return;
    }
    try {
      running.join(Math.max(1, within.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
