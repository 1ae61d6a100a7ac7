/** What the flags and the configuration file say, read once and checked; no behaviour. */
@NullMarked
package io.tidbbinlog.drainer.config;

import org.jspecify.annotations.NullMarked;
