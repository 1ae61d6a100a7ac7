@NullMarked
package io.tidbbinlog.common.net;

import org.jspecify.annotations.NullMarked;
