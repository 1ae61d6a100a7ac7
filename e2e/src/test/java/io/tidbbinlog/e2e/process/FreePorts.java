package io.tidbbinlog.e2e.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;

/**
 * Finds ports nobody listens on. They lie below the range from which the system gives ports to
 * clients, so that no connection takes one between this look and the server's start.
 */
public final class FreePorts {
  private static final Random RANDOM = new Random();
  private static final int FIRST = 15_000;
  private static final int LAST = 31_000;

  private FreePorts() {}

  /** One free port. */
  public static int one() {
    return withOffsets(0);
  }

  /** A port p such that p + offset is free for every given offset. */
  public static int withOffsets(int... offsets) {
    for (int attempt = 0; attempt < 1000; attempt++) {
      int port = FIRST + RANDOM.nextInt(LAST - FIRST);
      if (allFree(port, offsets)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + LAST);
  }

  private static boolean allFree(int port, int... offsets) {
    for (int offset : offsets) {
      try (ServerSocket probe =
          new ServerSocket(port + offset, 1, InetAddress.getLoopbackAddress())) {
        probe.setReuseAddress(true);
      } catch (IOException taken) {
        return false;
      }
    }
    return true;
  }
}
