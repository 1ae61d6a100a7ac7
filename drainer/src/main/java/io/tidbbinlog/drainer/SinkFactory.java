package io.tidbbinlog.drainer;

import com.mysql.cj.jdbc.MysqlDataSource;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.BinlogFileWriter;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.checkpoint.CheckpointStore;
import io.tidbbinlog.drainer.checkpoint.FileCheckpoint;
import io.tidbbinlog.drainer.checkpoint.MysqlCheckpoint;
import io.tidbbinlog.drainer.config.CheckpointTable;
import io.tidbbinlog.drainer.config.FileTarget;
import io.tidbbinlog.drainer.config.MysqlServer;
import io.tidbbinlog.drainer.config.SinkConfig;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.sink.Sink;
import io.tidbbinlog.drainer.sink.file.FileSink;
import io.tidbbinlog.drainer.sink.mysql.MysqlSink;
import io.tidbbinlog.drainer.sink.mysql.MysqlSinkSettings;
import io.tidbbinlog.drainer.translate.pb.PbTranslator;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/** Makes the sink and the store of positions that are configured. */
final class SinkFactory {
  private final SinkConfig config;
  private final Path dataDir;
  private final long queueBytes;
  private final Clock clock;
  private final Metrics metrics;

  SinkFactory(SinkConfig config, Path dataDir, long queueBytes, Clock clock, Metrics metrics) {
    this.config = config;
    this.dataDir = dataDir;
    this.queueBytes = queueBytes;
    this.clock = clock;
    this.metrics = metrics;
  }

  Sink open(long clusterId, Sink.Listener listener) {
    if (config.mysql().isPresent()) {
      boolean ownPosition = config.checkpoint().server().isEmpty();
      MysqlSinkSettings settings =
          MysqlSinkSettings.of(config.mysql().get(), ownPosition, clusterId);
      MysqlSink sink = new MysqlSink(settings, clock, listener);
      sink.counters().register(metrics);
      return sink;
    }
    FileTarget target =
        config
            .file()
            .orElseThrow(
                () ->
                    new BinlogException(
                        ErrorCode.CONFIG_INVALID,
                        "db-type \"" + config.kind().word() + "\" is not built yet"));
    PbTranslator translator = new PbTranslator(target.zone());
    return new FileSink(
        target.dir(),
        BinlogFileWriter.FILE_OUTPUT_LIMIT,
        target.retention(),
        txn -> record(translator, txn),
        queueBytes,
        clock,
        listener);
  }

  /** Where positions are stored beside the sink; empty when the sink keeps them itself. */
  Optional<CheckpointStore> store(long clusterId) {
    Optional<MysqlServer> server = config.checkpoint().server();
    if (server.isPresent()) {
      return Optional.of(openMysql(server.get(), clusterId));
    }
    boolean sinkKeeps = config.mysql().isPresent() && !config.checkpoint().type().equals("file");
    return sinkKeeps ? Optional.empty() : Optional.of(new FileCheckpoint(dataDir));
  }

  private CheckpointStore openMysql(MysqlServer server, long clusterId) {
    MysqlDataSource source = new MysqlDataSource();
    source.setServerName(server.host());
    source.setPort(server.port());
    source.setUser(server.user());
    source.setPassword(server.password());
    try {
      source.setConnectTimeout(5000);
      source.setSocketTimeout((int) server.readTimeout().toMillis());
      source.setSslMode(server.tls().enabled() ? "REQUIRED" : "DISABLED");
      source.setAllowPublicKeyRetrieval(true);
    } catch (SQLException e) {
      throw new BinlogException(ErrorCode.CONFIG_INVALID, "checkpoint server: " + e, e);
    }
    CheckpointTable table = config.checkpoint().table();
    return new MysqlCheckpoint(source, table.schema(), table.table(), clusterId);
  }

  private static byte[] record(PbTranslator translator, Txn txn) {
    return translator
        .translate(txn)
        .orElseThrow(
            () -> new BinlogException(ErrorCode.INTERNAL, "no record for " + txn.commitTs()))
        .toByteArray();
  }
}
