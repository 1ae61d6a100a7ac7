package io.tidbbinlog.common.net;

import java.util.Optional;

/** Whether a program can do its work now. Quick and thread-safe. */
@FunctionalInterface
public interface Readiness {
  /** Why not, in one line; empty when ready. */
  Optional<String> problem();
}
