/** PD: cluster id, timestamps, regions. */
@NullMarked
package io.tidbbinlog.common.pd;

import org.jspecify.annotations.NullMarked;
