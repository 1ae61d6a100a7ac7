package io.tidbbinlog.pump.tool;

import io.tidbbinlog.common.config.FlagSet;
import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.pump.store.OfflineStore;
import io.tidbbinlog.pump.store.StoreAudit.Finding;
import io.tidbbinlog.pump.store.StoreAudit.Problem;
import io.tidbbinlog.pump.store.StoreAudit.Report;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** {@code pump verify}: reads a whole data directory and says what it found. */
record VerifyCommand(Path dataDir, int maxFindings) {
  private static final int FINDINGS = 100;

  static FlagSet flags() {
    return Tool.flagsOf("pump verify")
        .about(
            """

            Reads everything in the data directory of a Pump that does not run: checksums, format,
            order, and whether each commit has its prewrite. Changes nothing.
            Exit code: 0 all is well, 1 something is wrong (see the findings), 2 it can't be read.
            """)
        .integer("findings", "", String.valueOf(FINDINGS), "how many findings are printed at most");
  }

  static VerifyCommand read(Section in) {
    return new VerifyCommand(Tool.dataDir(in), in.intBetween("-findings", 0, 1000, FINDINGS));
  }

  int run(OfflineStore store, PrintStream out, PrintStream err) {
    OfflineStore.Summary summary = store.summary();
    ProgressLine progress = new ProgressLine(err, Clock.SYSTEM);
    Report report = store.audit(progress);
    progress.end();
    print(out, summary, report);
    return report.isClean() ? Tool.FINE : Tool.FOUND;
  }

  private void print(PrintStream out, OfflineStore.Summary summary, Report report) {
    line(out, "data directory", dataDir.toAbsolutePath().normalize().toString());
    line(out, "cluster", Long.toUnsignedString(summary.clusterId()));
    line(out, "format", String.valueOf(summary.format()));
    line(out, "prewrites", report.prewrites() + ", " + report.prewriteBytes() + " bytes");
    line(out, "commits", report.commits() + ", " + report.commitBytes() + " bytes");
    line(out, "  with prewrite", String.valueOf(report.paired()));
    line(out, "watermarks (fakes)", String.valueOf(report.watermarks()));
    line(out, "open prewrites", String.valueOf(report.open()));
    line(out, "ended otherwise", String.valueOf(report.ended()));
    line(out, "first commit", Ts.text(report.firstCommit()));
    line(out, "last commit", Ts.text(report.lastCommit()));
    line(out, "complete up to", Ts.text(summary.readable()));
    line(out, "purged up to", Ts.text(summary.gcTs()));
    for (Problem problem : Problem.values()) {
      long count = report.count(problem);
      String name = problem.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      line(out, name, count == 0 ? "0" : count + ": " + problem.meaning());
    }
    List<Finding> findings = report.findings();
    for (Finding finding : findings.subList(0, Math.min(maxFindings, findings.size()))) {
      out.println(finding.problem() + " " + finding.text());
    }
    long all = report.count();
    if (all > maxFindings) {
      out.println("… and " + (all - Math.min(maxFindings, findings.size())) + " more");
    }
    out.println(report.isClean() ? "OK" : "NOT OK: " + all + " findings");
  }

  private static void line(PrintStream out, String name, String value) {
    out.println(name + " ".repeat(Math.max(1, 24 - name.length())) + value);
  }
}
