/**
 * The playground: a whole cluster without TiDB, from traffic recorded on a real one. {@code
 * PlaygroundMain} reads the command line, {@code Playground} plays.
 */
@NullMarked
package io.tidbbinlog.playground;

import org.jspecify.annotations.NullMarked;
