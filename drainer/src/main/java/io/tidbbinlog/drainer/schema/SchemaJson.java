package io.tidbbinlog.drainer.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DbInfo;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlJob.TableMove;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.IndexInfo;
import io.tidbbinlog.drainer.model.TableInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TiDB's schema objects as it keeps them in TiKV (spec: tidb-codec.md §9). Pure.
 *
 * <p>Every method throws {@link BinlogException} DDL_NOT_UNDERSTOOD on bytes that are no such
 * object.
 */
public final class SchemaJson {
  private SchemaJson() {}

  /** A DDL job of the history; {@link DdlJob#moves} is empty, see {@link #moves}. */
  public static DdlJob job(byte[] json) {
    try {
      return job(GoJson.parse(json));
    } catch (IOException e) {
      throw broken("DDL job", json, e);
    }
  }

  public static TableInfo table(byte[] json) {
    try {
      return table(GoJson.parse(json));
    } catch (IOException e) {
      throw broken("table info", json, e);
    }
  }

  public static DbInfo database(byte[] json) {
    try {
      return database(GoJson.parse(json));
    } catch (IOException e) {
      throw broken("database info", json, e);
    }
  }

  /**
   * Where the tables of a job are afterwards.
   *
   * @param diff what TiDB keeps for the job's schema version
   */
  public static List<TableMove> moves(byte[] diff) {
    try {
      GoJson json = GoJson.parse(diff);
      List<TableMove> moves = new ArrayList<>();
      moves.add(move(json));
      json.objects("affected_options").forEach(option -> moves.add(move(option)));
      return moves;
    } catch (IOException e) {
      throw broken("schema diff", diff, e);
    }
  }

  /**
   * Whether a job of this type needs {@link #moves}: its infos don't say which table goes where.
   */
  public static boolean needsMoves(DdlJob job) {
    return job.type() == DdlType.RENAME_TABLES || job.type() == DdlType.EXCHANGE_PARTITION;
  }

  /** The table that a schema diff is about. */
  static long tableOfDiff(byte[] diff) {
    try {
      return GoJson.parse(diff).number("table_id");
    } catch (IOException e) {
      throw broken("schema diff", diff, e);
    }
  }

  private static TableMove move(GoJson json) {
    return new TableMove(
        json.number("schema_id"), json.number("table_id"), json.number("old_table_id"));
  }

  private static DdlJob job(GoJson json) throws IOException {
    GoJson history = json.object("binlog");
    GoJson binlog = history == null ? new GoJson(json.get("")) : history;
    GoJson db = binlog.object("DBInfo");
    GoJson table = binlog.object("TableInfo");
    int type = json.integer("type");
    List<DdlJob.SubJob> subJobs = new ArrayList<>();
    GoJson multi = json.object("multi_schema_info");
    if (multi != null) {
      for (GoJson sub : multi.objects("sub_jobs")) {
        subJobs.add(new DdlJob.SubJob(sub.integer("type"), sub.number("schema_version")));
      }
    }
    return new DdlJob(
        json.number("id"),
        type,
        json.number("schema_id"),
        json.number("table_id"),
        json.text("schema_name"),
        json.text("table_name"),
        json.integer("state"),
        json.integer("schema_state"),
        json.number("start_ts"),
        json.text("query"),
        binlog.number("SchemaVersion"),
        binlog.number("FinishedTS"),
        db == null ? null : database(db),
        table == null ? null : table(table),
        type == DdlType.RECOVER_SCHEMA
            ? recovered(json)
            : tables(binlog.objects("MultipleTableInfos")),
        subJobs);
  }

  /** The tables of a recovered database; newer servers leave them out. */
  private static List<TableInfo> recovered(GoJson job) throws IOException {
    JsonNode args = job.get("raw_args").path(0);
    List<TableInfo> tables = new ArrayList<>();
    if (args.isObject()) {
      for (GoJson item : new GoJson(args).objects("RecoverTabsInfo")) {
        GoJson info = item.object("TableInfo");
        if (info != null) {
          tables.add(table(info));
        }
      }
    }
    return tables;
  }

  private static List<TableInfo> tables(List<GoJson> items) throws IOException {
    List<TableInfo> tables = new ArrayList<>();
    for (GoJson item : items) {
      tables.add(table(item));
    }
    return tables;
  }

  private static DbInfo database(GoJson json) {
    return new DbInfo(
        json.number("id"), json.name("db_name"), json.text("charset"), json.text("collate"));
  }

  private static TableInfo table(GoJson json) throws IOException {
    List<ColumnInfo> columns = new ArrayList<>();
    for (GoJson column : json.objects("cols")) {
      columns.add(column(column));
    }
    GoJson partition = json.object("partition");
    return new TableInfo(
        json.number("id"),
        json.name("name"),
        json.text("charset"),
        json.text("collate"),
        columns,
        json.objects("index_info").stream().map(SchemaJson::index).toList(),
        json.bool("pk_is_handle"),
        json.bool("is_common_handle"),
        json.object("view") != null,
        json.object("sequence") != null,
        partition != null && partition.bool("enable"));
  }

  private static ColumnInfo column(GoJson json) throws IOException {
    return new ColumnInfo(
        json.number("id"),
        json.name("name"),
        json.integer("offset"),
        type(json.object("type")),
        json.textOrNull("origin_default"),
        json.bytesOrNull("origin_default_bit"),
        json.textOrNull("default"),
        json.bytesOrNull("default_bit"),
        json.bool("default_is_expr"),
        json.text("generated_expr_string"),
        json.bool("generated_stored"),
        json.text("comment"),
        json.bool("hidden"),
        json.integer("state"));
  }

  private static FieldType type(@Nullable GoJson json) {
    if (json == null) {
      return new FieldType(FieldType.NULL, 0, -1, -1, "", "", List.of());
    }
    // An array column is the inside of a multi-valued index; what it holds is JSON.
    int code = json.bool("Array") ? FieldType.JSON : json.integer("Tp");
    return new FieldType(
        code,
        json.number("Flag"),
        json.integer("Flen"),
        json.integer("Decimal"),
        json.text("Charset"),
        json.text("Collate"),
        json.texts("Elems"));
  }

  private static IndexInfo index(GoJson json) {
    List<IndexInfo.Part> parts =
        json.objects("idx_cols").stream()
            .map(p -> new IndexInfo.Part(p.name("name"), p.integer("offset"), p.integer("length")))
            .toList();
    return new IndexInfo(
        json.number("id"),
        json.name("idx_name"),
        parts,
        json.bool("is_unique"),
        json.bool("is_primary"),
        json.integer("state"));
  }

  private static BinlogException broken(String what, byte[] json, IOException cause) {
    return new BinlogException(
        ErrorCode.DDL_NOT_UNDERSTOOD,
        what + " of " + json.length + " bytes can't be read: " + cause.getMessage(),
        cause);
  }
}
