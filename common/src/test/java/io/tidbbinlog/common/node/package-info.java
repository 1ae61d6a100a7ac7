/** Tests: Node records and heartbeats. */
@NullMarked
package io.tidbbinlog.common.node;

import org.jspecify.annotations.NullMarked;
