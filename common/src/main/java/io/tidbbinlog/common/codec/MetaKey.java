package io.tidbbinlog.common.codec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keys of the key space where TiDB keeps its schema (spec: tidb-codec.md §7, §8). Raw keys, as TiKV
 * requests carry them.
 *
 * <pre>
 * 'm' | memcomparable(name) | 's' as 8 bytes                            a string
 * 'm' | memcomparable(name) | 'h' as 8 bytes | memcomparable(field)     a field of a hash
 * </pre>
 */
public final class MetaKey {
  private static final String HISTORY = "DDLJobHistory";

  private MetaKey() {}

  public static byte[] string(String name) {
    return key(name, 's', null);
  }

  public static byte[] hashField(String name, byte[] field) {
    return key(name, 'h', field);
  }

  /** What all fields of a hash start with. */
  public static byte[] hashPrefix(String name) {
    return key(name, 'h', null);
  }

  /** The first key behind everything that starts with this prefix. */
  public static byte[] endOf(byte[] prefix) {
    byte[] end = prefix.clone();
    for (int i = end.length - 1; i >= 0; i--) {
      if (end[i] != (byte) 0xff) {
        end[i]++;
        return Arrays.copyOf(end, i + 1);
      }
    }
    return new byte[0];
  }

  /** A finished DDL job. */
  public static byte[] historyJob(long jobId) {
    return hashField(HISTORY, MemComparable.encodeUnsignedLong(jobId));
  }

  /** What all finished DDL jobs start with; they follow in the order of their ids. */
  public static byte[] history() {
    return hashPrefix(HISTORY);
  }

  public static byte[] databases() {
    return hashPrefix("DBs");
  }

  public static byte[] database(long schemaId) {
    return hashField("DBs", ascii("DB:" + schemaId));
  }

  /** What all tables of a database start with, among counters of theirs: see {@link #field}. */
  public static byte[] tables(long schemaId) {
    return hashPrefix("DB:" + schemaId);
  }

  public static byte[] table(long schemaId, long tableId) {
    return hashField("DB:" + schemaId, ascii("Table:" + tableId));
  }

  /** What changed with one schema version. */
  public static byte[] diff(long version) {
    return string("Diff:" + version);
  }

  /** The newest schema version, as decimal digits. */
  public static byte[] schemaVersion() {
    return string("SchemaVersionKey");
  }

  /** The field of a key that {@link #hashField} made, given the prefix of its hash. */
  public static byte[] field(byte[] key, byte[] hashPrefix) {
    return MemComparable.decode(Arrays.copyOfRange(key, hashPrefix.length, key.length));
  }

  private static byte[] key(String name, char kind, byte @Nullable [] field) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64);
    out.write('m');
    out.writeBytes(MemComparable.encode(ascii(name)));
    out.writeBytes(MemComparable.encodeUnsignedLong(kind));
    if (field != null) {
      out.writeBytes(MemComparable.encode(field));
    }
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
