package io.tidbbinlog.common.codec;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;

/**
 * Finds the fields of a serialized binlog without copying: numbers are read, byte fields are
 * remembered as ranges of the payload. Of a field that comes twice the last one counts, as in every
 * protobuf reader. One use, one thread.
 */
final class BinlogFields {
  static final int TAG_KIND = 1 << 3;
  static final int TAG_START_TS = 2 << 3;
  static final int TAG_COMMIT_TS = 3 << 3;
  static final int TAG_KEY = 4 << 3 | 2;
  static final int TAG_VALUE = 5 << 3 | 2;
  static final int TAG_QUERY = 6 << 3 | 2;
  static final int TAG_JOB_ID = 7 << 3;
  static final int TAG_SCHEMA_STATE = 8 << 3;
  private static final int MAX_TAG = 15 << 3 | 7;

  final byte[] payload;
  long kind;
  long startTs;
  long commitTs;
  long ddlJobId;
  long ddlSchemaState;
  int keyAt = -1;
  int keyLength;
  int valueAt = -1;
  int valueLength;
  int queryAt = -1;
  int queryLength;
  private int at;

  /**
   * @throws BinlogException BINLOG_UNPARSABLE
   */
  BinlogFields(byte[] payload) {
    this.payload = payload;
    while (at < payload.length) {
      long tag = varint();
      if (tag > 0 && tag <= MAX_TAG) {
        field((int) tag);
      } else {
        skip(tag);
      }
    }
  }

  BinlogKind kind() {
    if (kind == 0) {
      return BinlogKind.PREWRITE;
    }
    if (kind == 1) {
      return BinlogKind.COMMIT;
    }
    if (kind == 2) {
      return BinlogKind.ROLLBACK;
    }
    throw broken("type " + kind + " is not one of prewrite, commit, rollback");
  }

  private void field(int tag) {
    switch (tag) {
      case TAG_KIND -> kind = varint();
      case TAG_START_TS -> startTs = varint();
      case TAG_COMMIT_TS -> commitTs = varint();
      case TAG_KEY -> {
        keyLength = length();
        keyAt = at;
        at += keyLength;
      }
      case TAG_VALUE -> {
        valueLength = length();
        valueAt = at;
        at += valueLength;
      }
      case TAG_QUERY -> {
        queryLength = length();
        queryAt = at;
        at += queryLength;
      }
      case TAG_JOB_ID -> ddlJobId = varint();
      case TAG_SCHEMA_STATE -> ddlSchemaState = varint();
      default -> skip(tag);
    }
  }

  private void skip(long tag) {
    if (tag >>> 3 == 0) {
      throw broken("field number 0");
    }
    switch ((int) tag & 7) {
      case 0 -> varint();
      case 1 -> fixed(8);
      case 2 -> fixed(length());
      case 5 -> fixed(4);
      default -> throw broken("wire type " + (tag & 7));
    }
  }

  private void fixed(int size) {
    if (size > payload.length - at) {
      throw broken("it ends inside a field");
    }
    at += size;
  }

  private int length() {
    long length = varint();
    if (length < 0 || length > payload.length - at) {
      throw broken("it ends inside a field");
    }
    return (int) length;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= payload.length) {
        throw broken("it ends inside a number");
      }
      byte b = payload[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw broken("a number is too long");
  }

  private BinlogException broken(String what) {
    return new BinlogException(
        ErrorCode.BINLOG_UNPARSABLE,
        "binlog of " + payload.length + " bytes is broken near byte " + at + ": " + what);
  }
}
