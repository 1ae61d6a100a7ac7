package io.tidbbinlog.common.error;

/** Every failure that an operator can meet: how the program reacts, and what it means. */
public enum ErrorCode {
  CONFIG_INVALID(Reaction.OPERATOR, "a flag or configuration key has a value that can't be used"),
  DATA_DIR_IN_USE(Reaction.OPERATOR, "another process holds the data directory"),
  DATA_DIR_FOREIGN(Reaction.OPERATOR, "the data directory was not made by this program"),
  NODE_ID_IN_USE(Reaction.OPERATOR, "another live process is registered under this node id"),
  PORT_UNAVAILABLE(Reaction.OPERATOR, "the listen address can't be bound"),
  TLS_INVALID(Reaction.OPERATOR, "a certificate or key can't be read"),
  PD_UNAVAILABLE(Reaction.RETRY, "no PD member answers"),
  ETCD_UNAVAILABLE(Reaction.RETRY, "PD's etcd does not answer"),
  TIKV_UNAVAILABLE(Reaction.RETRY, "TiKV does not answer, or its regions are moving"),
  PUMP_UNAVAILABLE(Reaction.RETRY, "a Pump does not answer"),
  NODE_NOT_FOUND(Reaction.OPERATOR, "no node of that id is registered"),
  NODE_UNREACHABLE(Reaction.OPERATOR, "a Pump or Drainer does not answer on its address"),
  NODE_REFUSED(Reaction.OPERATOR, "a Pump or Drainer did not do what it was asked to"),
  REGISTRY_CORRUPT(Reaction.OPERATOR, "a node record in etcd can't be read"),
  CLUSTER_MISMATCH(Reaction.OPERATOR, "the peer belongs to another cluster"),
  BINLOG_UNPARSABLE(Reaction.STOP, "a binlog's bytes are not what TiDB writes"),
  STORAGE_FAILED(Reaction.STOP, "the data directory can't be read or written"),
  STORAGE_CORRUPT(Reaction.STOP, "stored bytes fail their checksum"),
  DISK_FULL(Reaction.RETRY, "free space is at or below stop-write-at-available-space"),
  OUT_OF_ORDER(Reaction.STOP, "a binlog arrived after a later one was emitted"),
  BINLOG_PURGED(Reaction.STOP, "binlogs that are still needed were purged"),
  ROW_UNDECODABLE(Reaction.STOP, "a row does not fit the schema of its table"),
  TABLE_UNKNOWN(Reaction.STOP, "a row names a table id that no schema has"),
  DDL_NOT_UNDERSTOOD(Reaction.STOP, "a DDL job can't be followed"),
  DDL_REFUSED(Reaction.STOP, "the downstream refuses a DDL statement"),
  DOWNSTREAM_UNAVAILABLE(Reaction.RETRY, "the downstream does not answer"),
  DOWNSTREAM_REFUSED(Reaction.STOP, "the downstream refuses a change"),
  CHECKPOINT_FAILED(Reaction.STOP, "the position can't be read or saved"),
  CLOSED(Reaction.STOP, "the part was closed while it was asked"),
  INTERNAL(Reaction.STOP, "a rule of this program was broken: a bug");

  /** What a program does about a failure. */
  public enum Reaction {
    /** Try again, bounded and backed off, and count it. */
    RETRY,
    /** Refuse, and say what to do. */
    OPERATOR,
    /** State may be wrong: stop with a non-zero exit code. */
    STOP
  }

  private final Reaction reaction;
  private final String meaning;

  ErrorCode(Reaction reaction, String meaning) {
    this.reaction = reaction;
    this.meaning = meaning;
  }

  public Reaction reaction() {
    return reaction;
  }

  /** One line for the reference page. */
  public String meaning() {
    return meaning;
  }
}
