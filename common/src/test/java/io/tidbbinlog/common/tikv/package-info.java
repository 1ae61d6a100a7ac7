/** Tests: TiKV's client over real gRPC on loopback. */
@NullMarked
package io.tidbbinlog.common.tikv;

import org.jspecify.annotations.NullMarked;
