/** Drainer as others see it: its record in etcd, its HTTP routes, its gRPC service. */
@NullMarked
package io.tidbbinlog.drainer.node;

import org.jspecify.annotations.NullMarked;
