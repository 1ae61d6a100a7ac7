/** This Pump as the cluster sees it: its states, its record in etcd, its sign of life when idle. */
@NullMarked
package io.tidbbinlog.pump.node;

import org.jspecify.annotations.NullMarked;
