package io.tidbbinlog.drainer;

import io.tidbbinlog.common.config.CommandLine;
import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.BuildInfo;
import io.tidbbinlog.common.lifecycle.DaemonMain;
import io.tidbbinlog.common.log.LogSetup;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.config.DrainerConfig;
import io.tidbbinlog.drainer.config.DrainerFlags;
import io.tidbbinlog.drainer.config.FilterConfig;
import io.tidbbinlog.drainer.filter.TableFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program {@code drainer}. */
public final class DrainerMain {
  private static final Logger LOG = LoggerFactory.getLogger(DrainerMain.class);

  private DrainerMain() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    var line =
        CommandLine.read(
            DrainerFlags.declare(),
            args,
            System.getenv(),
            DrainerMain::read,
            System.out,
            System.err);
    if (line.config().isEmpty()) {
      return line.exitCode();
    }
    DrainerConfig config = line.config().get();
    try {
      LogSetup.apply(config.log().level(), config.log().file(), config.log().rotate());
    } catch (BinlogException e) {
      System.err.println(e.getMessage());
      return DaemonMain.FAILED;
    }
    BuildInfo build = BuildInfo.load();
    LOG.atInfo()
        .addKeyValue("version", build.version())
        .addKeyValue("commit", build.commit())
        .addKeyValue("buildTime", build.time())
        .log("Welcome to Drainer");
    for (String name : line.loaded().environmentUsed()) {
      LOG.atInfo().addKeyValue("name", name).log("recognized and used environment variable");
    }
    line.loaded().warnings().forEach(LOG::warn);
    FilterConfig filter = config.syncer().filter();
    TableFilter.warnings(filter).forEach(LOG::warn);
    LOG.atInfo().addKeyValue("config", config).log("start drainer...");
    return DaemonMain.run("drainer", new DrainerServer(config, Clock.SYSTEM));
  }

  private static DrainerConfig read(Section root) {
    DrainerConfig config = DrainerConfig.read(root, System.getenv());
    Section syncer = root.table("syncer");
    TableFilter.problems(config.syncer().filter()).forEach(p -> syncer.problem(p.key(), p.text()));
    return config;
  }
}
