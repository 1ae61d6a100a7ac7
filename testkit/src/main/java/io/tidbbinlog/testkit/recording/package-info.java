/**
 * Reads the recordings of real TiDB clusters in {@code recordings/}. Free of JUnit, because the
 * playground ships it.
 */
@NullMarked
package io.tidbbinlog.testkit.recording;

import org.jspecify.annotations.NullMarked;
