/** Tests of what others see. */
@NullMarked
package io.tidbbinlog.drainer.node;

import org.jspecify.annotations.NullMarked;
