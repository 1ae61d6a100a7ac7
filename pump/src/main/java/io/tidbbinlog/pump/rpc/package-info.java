/** What a Pump answers: gRPC and HTTP. Checks requests and hands them on; decides nothing. */
@NullMarked
package io.tidbbinlog.pump.rpc;

import org.jspecify.annotations.NullMarked;
