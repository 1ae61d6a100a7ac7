package io.tidbbinlog.drainer.model;

/** Numbers of TiDB's DDL actions (spec: tidb-codec.md §9.3). */
public final class DdlType {
  public static final int CREATE_SCHEMA = 1;
  public static final int DROP_SCHEMA = 2;
  public static final int CREATE_TABLE = 3;
  public static final int DROP_TABLE = 4;
  public static final int ADD_COLUMN = 5;
  public static final int DROP_COLUMN = 6;
  public static final int ADD_INDEX = 7;
  public static final int DROP_INDEX = 8;
  public static final int ADD_FOREIGN_KEY = 9;
  public static final int DROP_FOREIGN_KEY = 10;
  public static final int TRUNCATE_TABLE = 11;
  public static final int MODIFY_COLUMN = 12;
  public static final int REBASE_AUTO_ID = 13;
  public static final int RENAME_TABLE = 14;
  public static final int SET_DEFAULT = 15;
  public static final int SHARD_ROW_ID = 16;
  public static final int TABLE_COMMENT = 17;
  public static final int RENAME_INDEX = 18;
  public static final int ADD_PARTITION = 19;
  public static final int DROP_PARTITION = 20;
  public static final int CREATE_VIEW = 21;
  public static final int TABLE_CHARSET = 22;
  public static final int TRUNCATE_PARTITION = 23;
  public static final int DROP_VIEW = 24;
  public static final int RECOVER_TABLE = 25;
  public static final int SCHEMA_CHARSET = 26;
  public static final int LOCK_TABLE = 27;
  public static final int UNLOCK_TABLE = 28;
  public static final int REPAIR_TABLE = 29;
  public static final int SET_TIFLASH_REPLICA = 30;
  public static final int TIFLASH_REPLICA_STATUS = 31;
  public static final int ADD_PRIMARY_KEY = 32;
  public static final int DROP_PRIMARY_KEY = 33;
  public static final int CREATE_SEQUENCE = 34;
  public static final int ALTER_SEQUENCE = 35;
  public static final int DROP_SEQUENCE = 36;
  public static final int ADD_COLUMNS = 37;
  public static final int DROP_COLUMNS = 38;
  public static final int AUTO_ID_CACHE = 39;
  public static final int REBASE_AUTO_RANDOM = 40;
  public static final int INDEX_VISIBILITY = 41;
  public static final int EXCHANGE_PARTITION = 42;
  public static final int ADD_CHECK = 43;
  public static final int DROP_CHECK = 44;
  public static final int ALTER_CHECK = 45;
  public static final int RENAME_TABLES = 47;
  public static final int DROP_INDEXES = 48;
  public static final int TABLE_ATTRIBUTES = 49;
  public static final int PARTITION_ATTRIBUTES = 50;
  public static final int CREATE_PLACEMENT = 51;
  public static final int ALTER_PLACEMENT = 52;
  public static final int DROP_PLACEMENT = 53;
  public static final int PARTITION_PLACEMENT = 54;
  public static final int SCHEMA_PLACEMENT = 55;
  public static final int TABLE_PLACEMENT = 56;
  public static final int TABLE_CACHE = 57;
  public static final int TABLE_STATS_OPTIONS = 58;
  public static final int TABLE_NOCACHE = 59;
  public static final int CREATE_TABLES = 60;
  public static final int MULTI_SCHEMA_CHANGE = 61;
  public static final int FLASHBACK_CLUSTER = 62;
  public static final int RECOVER_SCHEMA = 63;
  public static final int REORGANIZE_PARTITION = 64;
  public static final int ALTER_TTL = 65;
  public static final int REMOVE_TTL = 67;
  public static final int CREATE_RESOURCE_GROUP = 68;
  public static final int ALTER_RESOURCE_GROUP = 69;
  public static final int DROP_RESOURCE_GROUP = 70;
  public static final int ALTER_PARTITIONING = 71;
  public static final int REMOVE_PARTITIONING = 72;

  private static final long SYSTEM_TABLES_ABOVE = (1L << 48) - 1 - 1000;

  private DdlType() {}

  /** TiDB's own tables for DDL, which no schema lists. */
  public static boolean isSystemTable(long tableId) {
    return tableId > SYSTEM_TABLES_ABOVE;
  }

  /**
   * Types that change nothing a downstream knows: locks, TiFlash progress, attributes, placement,
   * caching, resource groups (spec: drainer.md §9.4).
   */
  public static boolean hasNoEffect(int type) {
    return switch (type) {
      case LOCK_TABLE,
          UNLOCK_TABLE,
          TIFLASH_REPLICA_STATUS,
          TABLE_ATTRIBUTES,
          PARTITION_ATTRIBUTES,
          CREATE_PLACEMENT,
          ALTER_PLACEMENT,
          DROP_PLACEMENT,
          PARTITION_PLACEMENT,
          SCHEMA_PLACEMENT,
          TABLE_PLACEMENT,
          TABLE_CACHE,
          TABLE_NOCACHE,
          CREATE_RESOURCE_GROUP,
          ALTER_RESOURCE_GROUP,
          DROP_RESOURCE_GROUP ->
          true;
      default -> false;
    };
  }

  /** Types about a database as a whole: no table is named. */
  public static boolean isSchemaDdl(int type) {
    return switch (type) {
      case CREATE_SCHEMA, DROP_SCHEMA, SCHEMA_CHARSET, SCHEMA_PLACEMENT, RECOVER_SCHEMA -> true;
      default -> false;
    };
  }
}
