package io.tidbbinlog.ctl;

import io.tidbbinlog.common.node.NodeState;

/** What a node can be asked to do over HTTP. */
enum NodeAction {
  PAUSE("pause", NodeState.PAUSING, NodeState.PAUSED),
  CLOSE("close", NodeState.CLOSING, NodeState.OFFLINE);

  private final String word;
  private final NodeState onItsWay;
  private final NodeState goal;

  NodeAction(String word, NodeState onItsWay, NodeState goal) {
    this.word = word;
    this.onItsWay = onItsWay;
    this.goal = goal;
  }

  /** As the node's URL has it. */
  String word() {
    return word;
  }

  /** The state of a node that has accepted it. */
  NodeState onItsWay() {
    return onItsWay;
  }

  /** The state in the end. */
  NodeState goal() {
    return goal;
  }
}
