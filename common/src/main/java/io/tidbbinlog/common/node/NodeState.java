package io.tidbbinlog.common.node;

import java.util.Locale;
import java.util.Optional;

/** The states of a node as etcd and JSON spell them (spec: wire.md §9). */
public enum NodeState {
  ONLINE,
  PAUSING,
  PAUSED,
  CLOSING,
  OFFLINE,
  /** A text that no version writes; shown by tools, never written. */
  UNKNOWN;

  /** The lower-case word. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of that exact lower-case word; empty for other texts. */
  public static Optional<NodeState> parse(String word) {
    for (NodeState state : values()) {
      if (state != UNKNOWN && state.word().equals(word)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }
}
