package io.tidbbinlog.pump.tool;

import io.tidbbinlog.common.config.FlagSet;
import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.store.OfflineStore;
import io.tidbbinlog.pump.store.OfflineStore.Entry;
import io.tidbbinlog.pump.store.OfflineStore.Summary;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code pump inspect}: prints what is stored under a ts, or in a range of them; holds one
 * transaction at a time.
 *
 * @param ts any ts of a binlog, or 0
 * @param startTs of one transaction, or 0
 * @param from the first commit-ts of a range, or -1
 * @param to the last one
 * @param limit how many binlogs are printed at most
 */
record InspectCommand(
    Path dataDir, long ts, long startTs, long from, long to, long limit, BinlogText.Detail detail) {
  private static final int LIMIT = 100;

  static FlagSet flags() {
    BinlogText.Detail def = BinlogText.Detail.DEFAULT;
    return Tool.flagsOf("pump inspect")
        .about(
            """

            Prints binlogs of a Pump that does not run, decoded as far as that goes without the
            schema: table and column ids, values, DDL. Changes nothing. Choose one transaction
            (-ts, -start-ts) or a range of commit-ts (-from, -to); without a choice: how far the
            data goes, and the transactions whose outcome is unknown.
            A ts may be written as a time: 2026-11-23T10:00:00Z.
            Exit code: 0 printed, 1 nothing is there or it is damaged, 2 it can't be read.
            """)
        .string("ts", "", "", "what is stored under this ts, be it a start-ts or a commit-ts")
        .string("start-ts", "", "", "the transaction that began at this ts")
        .string("from", "", "", "the first commit-ts of a range; the beginning if not given")
        .string("to", "", "", "the last commit-ts of a range; the end if not given")
        .integer("limit", "", String.valueOf(LIMIT), "how many binlogs are printed at most")
        .integer(
            "rows", "", String.valueOf(def.rows()), "rows that are printed of each transaction")
        .integer(
            "value-bytes",
            "",
            String.valueOf(def.valueBytes()),
            "how much of a value or statement is printed")
        .bool("hex", "", "false", "print the stored bytes as they are as well");
  }

  static InspectCommand read(Section in) {
    BinlogText.Detail def = BinlogText.Detail.DEFAULT;
    boolean range = in.has("-from") || in.has("-to");
    int chosen = (in.has("-ts") ? 1 : 0) + (in.has("-start-ts") ? 1 : 0) + (range ? 1 : 0);
    if (chosen > 1) {
      in.problem("-ts", "give only one of -ts, -start-ts, and the range -from, -to");
    }
    return new InspectCommand(
        Tool.dataDir(in),
        ts(in, "-ts", 0, false),
        ts(in, "-start-ts", 0, false),
        ts(in, "-from", range ? 0 : -1, false),
        ts(in, "-to", Long.MAX_VALUE, true),
        in.longBetween("-limit", 1, Long.MAX_VALUE, LIMIT),
        new BinlogText.Detail(
            in.longBetween("-rows", 0, Long.MAX_VALUE, def.rows()),
            in.intBetween("-value-bytes", 0, Integer.MAX_VALUE, def.valueBytes()),
            in.bool("-hex", false)));
  }

  private static long ts(Section in, String key, long def, boolean last) {
    String text = in.string(key, "");
    try {
      return text.isEmpty() ? def : Ts.parse(text, last);
    } catch (BinlogException e) {
      in.problem(key, String.valueOf(e.getMessage()));
      return def;
    }
  }

  int run(OfflineStore store, PrintStream out, PrintStream err) {
    Printer printer = new Printer(store, new BinlogText(out, detail), out, err, limit);
    if (ts > 0) {
      printer.at(ts);
    } else if (startTs > 0) {
      printer.startedAt(startTs);
    } else if (from >= 0) {
      store.commits(from, to, printer);
    } else {
      overview(store.summary(), out);
      store.open(printer);
      return printer.isDamaged() ? Tool.FOUND : Tool.FINE;
    }
    if (printer.printed() == 0 && !printer.isDamaged()) {
      err.println("nothing is stored there; commits up to " + reach(store.summary()));
    }
    return printer.printed() == 0 || printer.isDamaged() ? Tool.FOUND : Tool.FINE;
  }

  private static String reach(Summary summary) {
    return Ts.text(summary.gcTs())
        + " are purged, the last one here is "
        + Ts.text(summary.lastCommit());
  }

  private static void overview(Summary summary, PrintStream out) {
    out.println("cluster        " + Long.toUnsignedString(summary.clusterId()));
    out.println("format         " + summary.format());
    out.println("table bytes    " + summary.sizeBytes());
    out.println("purged up to   " + Ts.text(summary.gcTs()));
    out.println("complete up to " + Ts.text(summary.readable()));
    out.println("last commit    " + Ts.text(summary.lastCommit()));
    out.println("transactions whose outcome is unknown:");
  }

  /** Prints entries until there are enough. */
  private static final class Printer implements OfflineStore.Visitor {
    private final OfflineStore store;
    private final BinlogText text;
    private final PrintStream out;
    private final PrintStream err;
    private final long limit;
    private long printed;
    private boolean damaged;

    Printer(OfflineStore store, BinlogText text, PrintStream out, PrintStream err, long limit) {
      this.store = store;
      this.text = text;
      this.out = out;
      this.err = err;
      this.limit = limit;
    }

    long printed() {
      return printed;
    }

    boolean isDamaged() {
      return damaged;
    }

    /** Both meanings of the number. */
    void at(long ts) {
      store.commits(ts, ts, this);
      if (prewrite(ts) != null) {
        startedAt(ts);
      }
    }

    /** Looks through all commits above, as only the start-ts is known. */
    void startedAt(long startTs) {
      long commitTs = store.isOpen(startTs) ? 0 : store.commitTsOf(startTs, this);
      if (commitTs > 0) {
        store.commits(
            commitTs,
            commitTs,
            new OfflineStore.Visitor() {
              @Override
              public boolean visit(Entry entry) {
                return entry.startTs() != startTs || Printer.this.visit(entry);
              }

              @Override
              public void damaged(long from, long to, String why) {
                Printer.this.damaged(from, to, why);
              }
            });
        return;
      }
      byte[] prewrite = prewrite(startTs);
      if (prewrite != null) {
        visit(new Entry(startTs, 0, null, prewrite));
      }
    }

    private byte @Nullable [] prewrite(long startTs) {
      try {
        return store.prewrite(startTs);
      } catch (BinlogException e) {
        if (e.code() != ErrorCode.STORAGE_CORRUPT) {
          throw e;
        }
        damaged(startTs, startTs, String.valueOf(e.getMessage()));
        return null;
      }
    }

    @Override
    public boolean visit(Entry entry) {
      if (printed == limit) {
        String next =
            entry.commitTs() > 0 ? "; go on with -from " + entry.commitTs() : "; see -limit";
        err.println("there are more than " + limit + next);
        return false;
      }
      printed++;
      text.print(entry, entry.commitTs() == 0 && store.isOpen(entry.startTs()));
      return true;
    }

    @Override
    public void damaged(long from, long to, String why) {
      damaged = true;
      out.println("DAMAGED ts " + (from == to ? "" + from : from + "…" + to) + ": " + why);
    }
  }
}
