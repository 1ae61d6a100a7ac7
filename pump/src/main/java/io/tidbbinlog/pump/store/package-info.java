/**
 * Binlogs on disk: group commit on the way in, commits joined with their prewrites on the way out.
 */
@NullMarked
package io.tidbbinlog.pump.store;

import org.jspecify.annotations.NullMarked;
