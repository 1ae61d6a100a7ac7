/** The Drainer's file output, and how two of them compare. */
@NullMarked
package io.tidbbinlog.e2e.files;

import org.jspecify.annotations.NullMarked;
