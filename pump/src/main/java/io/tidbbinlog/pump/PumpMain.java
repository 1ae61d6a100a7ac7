package io.tidbbinlog.pump;

import io.tidbbinlog.common.config.CommandLine;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.BuildInfo;
import io.tidbbinlog.common.lifecycle.DaemonMain;
import io.tidbbinlog.common.log.LogSetup;
import io.tidbbinlog.pump.tool.Tool;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Collections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program {@code pump}, and its subcommands {@code verify} and {@code inspect}. */
public final class PumpMain {
  private static final Logger log = LoggerFactory.getLogger(PumpMain.class);

  private PumpMain() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    Tool tool = new Tool(System.out, System.err, DataDir::existingStore);
    String command = args.length > 0 ? args[0] : "";
    return switch (command) {
      case "verify" -> tool.verify(Arrays.copyOfRange(args, 1, args.length));
      case "inspect" -> tool.inspect(Arrays.copyOfRange(args, 1, args.length));
      default -> runPump(args);
    };
  }

  private static int runPump(String[] args) {
    String own = ownAddress();
    var line =
        CommandLine.read(
            PumpFlags.flags(),
            args,
            System.getenv(),
            section -> PumpConfig.read(section, own),
            System.out,
            System.err);
    if (line.config().isEmpty()) {
      return line.exitCode();
    }
    PumpConfig config = line.config().get();
    try {
      LogSetup.apply(config.log().level(), config.log().file(), config.log().rotate());
    } catch (BinlogException e) {
      System.err.println(e.getMessage());
      return DaemonMain.FAILED;
    }
    BuildInfo build = BuildInfo.load();
    log.atInfo()
        .addKeyValue("version", build.version())
        .addKeyValue("commit", build.commit())
        .addKeyValue("buildTime", build.time())
        .log("Welcome to Pump");
    line.loaded().environmentUsed().forEach(name -> usedEnvironment(name));
    line.loaded().warnings().forEach(log::warn);
    log.atInfo().addKeyValue("config", config).log("start pump...");
    return DaemonMain.run("pump", new PumpServer(config));
  }

  private static void usedEnvironment(String name) {
    log.atInfo().addKeyValue("name", name).log("recognized and used environment variable");
  }

  /** The first IPv4 address that is not loopback, as the original chooses its default; or empty. */
  private static String ownAddress() {
    try {
      for (NetworkInterface net : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress address : Collections.list(net.getInetAddresses())) {
          if (address instanceof Inet4Address && !address.isLoopbackAddress()) {
            return address.getHostAddress();
          }
        }
      }
      return "";
    } catch (SocketException e) {
      throw new UncheckedIOException("can't list the machine's addresses", e);
    }
  }
}
