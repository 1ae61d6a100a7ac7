/**
 * Many made-up writers on one Pump, a memory of what it has acknowledged, and a judge of what it
 * gives back.
 */
@NullMarked
package io.tidbbinlog.e2e.load;

import org.jspecify.annotations.NullMarked;
