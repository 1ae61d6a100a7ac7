package io.tidbbinlog.drainer.sink.mysql;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/** What an error of the downstream means for us. Error numbers are MySQL's, MariaDB's, TiDB's. */
enum SqlFailure {
  /** The server or the way to it is gone: a new connection, until it is back. */
  CONNECTION,
  /** Lock wait, deadlock, write conflict: the same transaction again. */
  CONFLICT,
  /** It will not go away by trying again. */
  REFUSED;

  private static final Set<Integer> CONNECTION_NUMBERS =
      Set.of(
          1040, // too many connections
          1053, // server shutdown in progress
          1152, 1153, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, // broken packets
          1203, // more than max_user_connections
          1290, // running with --read-only: a fail-over
          1317, // query interrupted
          1836, // read-only mode
          1927, // connection was killed
          2006, 2013, // server has gone away, lost connection
          3169, // session was killed
          9001, 9002, 9003, 9004, 9005); // TiDB: PD or TiKV does not answer
  private static final Set<Integer> CONFLICT_NUMBERS =
      Set.of(1205, 1213, 1020, 8002, 8022, 8027, 8028, 9007);

  static SqlFailure of(SQLException failure) {
    // The pool wraps what the server said: a wrong password will not become right by waiting.
    if (failure instanceof SQLTransientConnectionException
        && failure.getCause() instanceof SQLException said
        && said.getErrorCode() != 0) {
      return of(said);
    }
    int number = failure.getErrorCode();
    String state = failure.getSQLState();
    if (CONFLICT_NUMBERS.contains(number)) {
      return CONFLICT;
    }
    if (CONNECTION_NUMBERS.contains(number)
        || failure instanceof SQLTransientConnectionException
        || (state != null && state.startsWith("08") && !isLimit(failure))) {
      return CONNECTION;
    }
    return REFUSED;
  }

  /** The driver reports a row above max_allowed_packet under a connection state. */
  private static boolean isLimit(SQLException failure) {
    return failure.getClass().getSimpleName().equals("PacketTooBigException");
  }
}
