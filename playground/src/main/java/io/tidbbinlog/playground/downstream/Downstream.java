package io.tidbbinlog.playground.downstream;

import io.tidbbinlog.testkit.recording.Recording;
import java.util.List;

/** Where the Drainer writes. */
public interface Downstream {
  /** {@code [syncer]} of drainer.toml. */
  String settings();

  /** For people: what and where it is. */
  String describe();

  /** Refuses a downstream that could not be compared at the end. */
  void check(Recording recording);

  /** What arrived, one line each, and how it differs from the recording. */
  Verdict judge(Recording recording);

  /**
   * The result of a run.
   *
   * @param arrived lines for people
   * @param summary the same in one line
   * @param differences one line each; empty when all is equal
   */
  record Verdict(List<String> arrived, String summary, List<String> differences) {
    public Verdict {
      arrived = List.copyOf(arrived);
      differences = List.copyOf(differences);
    }
  }
}
