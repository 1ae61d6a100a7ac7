package io.tidbbinlog.testkit.recording;

/**
 * A pair of TiKV's meta key space.
 *
 * @param key as stored, without an MVCC suffix
 */
public record MetaEntry(byte[] key, byte[] value) {}
