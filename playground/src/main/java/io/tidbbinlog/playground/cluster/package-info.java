/** Our own programs as child processes of the playground. */
@NullMarked
package io.tidbbinlog.playground.cluster;

import org.jspecify.annotations.NullMarked;
