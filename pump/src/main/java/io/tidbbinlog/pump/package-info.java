/** The Pump daemon: its start, its configuration, and the wiring of its parts. */
@NullMarked
package io.tidbbinlog.pump;

import org.jspecify.annotations.NullMarked;
