/** Tests of the merge. */
@NullMarked
package io.tidbbinlog.drainer.merge;

import org.jspecify.annotations.NullMarked;
