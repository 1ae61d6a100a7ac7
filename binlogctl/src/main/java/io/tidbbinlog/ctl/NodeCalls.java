package io.tidbbinlog.ctl;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.node.NodeStatus;

/** Asks a node to do something. */
interface NodeCalls {
  /**
   * Returns when the node has accepted; it acts later.
   *
   * @throws BinlogException with {@code NODE_UNREACHABLE}, or {@code NODE_REFUSED} with the node's
   *     own words
   */
  void apply(NodeStatus node, NodeAction action) throws InterruptedException;
}
