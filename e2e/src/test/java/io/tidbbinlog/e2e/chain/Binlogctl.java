package io.tidbbinlog.e2e.chain;

import io.tidbbinlog.e2e.process.Command;
import io.tidbbinlog.e2e.process.Programs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Our binlogctl against one cluster. */
public record Binlogctl(String pdUrls) {
  private static final Duration LONGEST = Duration.ofMinutes(2);

  /** Runs it with these arguments besides {@code -pd-urls}. */
  public Command.Result run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-pd-urls=" + pdUrls));
    all.addAll(List.of(arguments));
    return Command.run(LONGEST, Map.of(), Programs.BINLOGCTL.command(all));
  }

  /**
   * The state of a node, by the listing.
   *
   * @param kind {@code pumps} or {@code drainers}
   */
  public String stateOf(String kind, String nodeId) {
    String listing = run("-cmd", kind, "-show-offline-nodes").orFail("-cmd " + kind);
    Matcher found =
        Pattern.compile("NodeID:" + Pattern.quote(nodeId) + " .*State:(\\w+) ").matcher(listing);
    if (!found.find()) {
      throw new AssertionError(nodeId + " is not in\n" + listing);
    }
    return found.group(1);
  }
}
