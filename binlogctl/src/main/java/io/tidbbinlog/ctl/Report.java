package io.tidbbinlog.ctl;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeStatus;
import java.io.PrintStream;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says what a command has found or done: results on stdout, all else on stderr. One form of the
 * output each; no form decides anything.
 */
interface Report {
  /** Whether it shows how old heartbeats are; only then PD is asked for the time. */
  boolean showsAge();

  /** Whether a listing has nodes in state offline when the command line does not say. */
  boolean showsOffline();

  /** All nodes of a listing, sorted by id; {@code hidden} more are offline and not in it. */
  void nodes(NodeKind kind, List<NodeView> nodes, int hidden);

  /** The action is done: the node has reached the state. */
  void applied(NodeKind kind, NodeAction action, String nodeId);

  /** The record was written. */
  void updated(NodeKind kind, NodeStatus status);

  /**
   * The savepoint was written.
   *
   * @param zone the zone asked for, or null
   */
  void meta(long commitTs, @Nullable ZoneId zone);

  void encrypted(String encrypted);

  void warning(String text);

  void failed(String command, BinlogException cause);

  /** A node of a listing; the age of its heartbeat is zero where the form does not show it. */
  record NodeView(NodeStatus status, Duration heartbeatAge) {
    private static final Duration STALE = Duration.ofSeconds(15);

    /** Its state says that it runs, its heartbeat that it does not. */
    boolean isStale() {
      return switch (status.state()) {
        case ONLINE, PAUSING, CLOSING -> heartbeatAge.compareTo(STALE) > 0;
        case PAUSED, OFFLINE, UNKNOWN -> false;
      };
    }
  }

  /** The form that was asked for. */
  static Report of(OutputForm form, PrintStream out, PrintStream err, TextTime time) {
    return switch (form) {
      case GUIDE -> new GuideReport(out, err, time);
      case V3 -> new V3Report(out, err, time);
      case TABLE -> new TableReport(out, err, time);
      case JSON -> new JsonReport(out, err, time);
    };
  }
}
