/**
 * What tables hold, read from a server or from a recording, and compared with types respected. Uses
 * JDBC and Jackson only, so that whole programs may use it too.
 */
@NullMarked
package io.tidbbinlog.testkit.state;

import org.jspecify.annotations.NullMarked;
