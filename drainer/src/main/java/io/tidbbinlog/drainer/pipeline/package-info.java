/** Joins the stages; the only place that knows more than one of them. */
@NullMarked
package io.tidbbinlog.drainer.pipeline;

import org.jspecify.annotations.NullMarked;
