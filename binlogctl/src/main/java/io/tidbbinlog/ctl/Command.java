package io.tidbbinlog.ctl;

import io.tidbbinlog.common.config.Nearest;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.NodeKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What {@code -cmd} may be. */
enum Command {
  PUMPS(NodeKind.PUMP),
  DRAINERS(NodeKind.DRAINER),
  UPDATE_PUMP(NodeKind.PUMP),
  UPDATE_DRAINER(NodeKind.DRAINER),
  PAUSE_PUMP(NodeKind.PUMP),
  PAUSE_DRAINER(NodeKind.DRAINER),
  OFFLINE_PUMP(NodeKind.PUMP),
  OFFLINE_DRAINER(NodeKind.DRAINER),
  /** The kind of this one and the next has no meaning. */
  GENERATE_META(NodeKind.DRAINER),
  ENCRYPT(NodeKind.DRAINER);

  private final NodeKind kind;

  Command(NodeKind kind) {
    this.kind = kind;
  }

  NodeKind kind() {
    return kind;
  }

  String word() {
    String name = name().toLowerCase(Locale.ROOT);
    return this == GENERATE_META ? name : name.replace('_', '-');
  }

  static Command parse(String word) {
    for (Command command : values()) {
      if (command.word().equals(word)) {
        return command;
      }
    }
    List<String> known = Arrays.stream(values()).map(Command::word).toList();
    throw new BinlogException(
        ErrorCode.CONFIG_INVALID,
        "cmd "
            + word
            + " not supported"
            + Nearest.to(word, known).map(near -> "; did you mean " + near + "?").orElse("")
            + " (there are "
            + String.join(", ", known)
            + ")");
  }
}
