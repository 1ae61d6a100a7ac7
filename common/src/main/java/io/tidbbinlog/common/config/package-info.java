/** Flags, environment and TOML file read into one tree of typed values. */
@NullMarked
package io.tidbbinlog.common.config;

import org.jspecify.annotations.NullMarked;
