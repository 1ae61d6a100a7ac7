/** Tests of settings. */
@NullMarked
package io.tidbbinlog.drainer.config;

import org.jspecify.annotations.NullMarked;
