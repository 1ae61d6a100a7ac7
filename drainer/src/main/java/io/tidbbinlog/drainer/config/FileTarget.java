package io.tidbbinlog.drainer.config;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;

/**
 * {@code db-type = "file"}: framed files in a directory.
 *
 * @param retention older files than this are deleted, but never the newest; zero = kept for ever
 * @param zone TIMESTAMP values are written in this zone
 */
public record FileTarget(Path dir, Duration retention, ZoneId zone) {}
