/**
 * What stands in for PD and TiKV: one port that speaks PD's gRPC and TiKV's, answered from a
 * recording, and passes everything else on to a real etcd.
 */
@NullMarked
package io.tidbbinlog.playground.front;

import org.jspecify.annotations.NullMarked;
