package io.tidbbinlog.ctl;

import io.tidbbinlog.common.config.CommandLine;
import io.tidbbinlog.common.config.EncryptedText;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.EtcdNodeRegistry;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.common.pd.PdGrpcClient;
import io.tidbbinlog.common.ts.Clock;
import java.io.PrintStream;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;

/** One run of the tool: reads the command line, does the command, gives the exit code. */
final class Ctl {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int BAD_COMMAND_LINE = 2;
  private static final Duration TIME_BUDGET = Duration.ofSeconds(3);
  private static final Duration TWO_HEARTBEATS = Duration.ofSeconds(5);
  private static final Duration META_BUDGET = Duration.ofSeconds(20);

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> env;
  private final Clock clock;

  Ctl(PrintStream out, PrintStream err, Map<String, String> env, Clock clock) {
    this.out = out;
    this.err = err;
    this.env = env;
    this.clock = clock;
  }

  int run(String[] args) throws InterruptedException {
    CommandLine.Result<CtlConfig> line =
        CommandLine.read(CtlConfig.flags(), args, env, CtlConfig::read, out, err);
    if (line.config().isEmpty()) {
      return line.exitCode();
    }
    CtlConfig config = line.config().get();
    Report report =
        Report.of(config.output(), out, err, new TextTime(clock, ZoneId.systemDefault()));
    line.loaded().warnings().forEach(report::warning);
    try {
      run(Command.parse(config.command()), config, report);
      out.flush();
      if (out.checkError()) {
        throw new BinlogException(ErrorCode.STORAGE_FAILED, "the output can't be written");
      }
      return DONE;
    } catch (BinlogException e) {
      report.failed(config.command(), e);
      return FAILED;
    }
  }

  private void run(Command command, CtlConfig config, Report report) throws InterruptedException {
    switch (command) {
      case PUMPS,
          DRAINERS,
          UPDATE_PUMP,
          UPDATE_DRAINER,
          PAUSE_PUMP,
          PAUSE_DRAINER,
          OFFLINE_PUMP,
          OFFLINE_DRAINER ->
          withNodes(command, config, report);
      case GENERATE_META -> {
        try (PdGrpcClient pd =
            new PdGrpcClient(config.pdUrls(), config.tls(), clock, META_BUDGET)) {
          new MetaCommand(pd, report).run(config.dataDir(), config.timeZone());
        }
      }
      case ENCRYPT -> encrypt(config.text(), report);
    }
  }

  private void withNodes(Command command, CtlConfig config, Report report)
      throws InterruptedException {
    try (NodeRegistry registry =
            new EtcdNodeRegistry(new EtcdClient(config.pdUrls(), config.tls()));
        PdGrpcClient pd = new PdGrpcClient(config.pdUrls(), config.tls(), clock, TIME_BUDGET)) {
      NodeCommands nodes =
          new NodeCommands(
              registry, pd, new NodeHttp(config.tls()), report, clock, err, TWO_HEARTBEATS);
      switch (command) {
        case PUMPS, DRAINERS -> nodes.list(command.kind(), config.showOffline());
        case UPDATE_PUMP, UPDATE_DRAINER ->
            nodes.update(command.kind(), config.nodeId(), config.state());
        case PAUSE_PUMP, PAUSE_DRAINER ->
            nodes.apply(command.kind(), config.nodeId(), NodeAction.PAUSE, config.waitFor());
        case OFFLINE_PUMP, OFFLINE_DRAINER ->
            nodes.apply(command.kind(), config.nodeId(), NodeAction.CLOSE, config.waitFor());
        case GENERATE_META, ENCRYPT -> throw new IllegalArgumentException(command.word());
      }
    }
  }

  private void encrypt(String text, Report report) {
    if (text.isEmpty()) {
      throw new BinlogException(
          ErrorCode.CONFIG_INVALID, "need to specify the text to be encrypt (-text)");
    }
    String key = env.getOrDefault(EncryptedText.KEY_VARIABLE, "");
    if (key.isEmpty()) {
      report.warning(
          "use the default secret key to encrypt: everybody has it; set "
              + EncryptedText.KEY_VARIABLE);
    }
    report.encrypted(EncryptedText.encrypt(text, key));
  }
}
