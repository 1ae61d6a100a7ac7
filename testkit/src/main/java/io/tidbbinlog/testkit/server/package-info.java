/**
 * Real servers and programs as child processes: on 127.0.0.1, on free ports, in a directory of the
 * caller's. Free of JUnit, because the playground ships it.
 */
@NullMarked
package io.tidbbinlog.testkit.server;

import org.jspecify.annotations.NullMarked;
