/** One port for gRPC and HTTP, TLS from PEM files, and channels to the peers of a cluster. */
@NullMarked
package io.tidbbinlog.common.net;

import org.jspecify.annotations.NullMarked;
