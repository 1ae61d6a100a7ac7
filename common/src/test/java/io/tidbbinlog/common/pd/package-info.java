/** Tests: PD's client over real gRPC on loopback. */
@NullMarked
package io.tidbbinlog.common.pd;

import org.jspecify.annotations.NullMarked;
