@NullMarked
package io.tidbbinlog.testkit.recording;

import org.jspecify.annotations.NullMarked;
