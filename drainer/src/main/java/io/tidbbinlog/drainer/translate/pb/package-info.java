/** Transactions in the form of the file output. */
@NullMarked
package io.tidbbinlog.drainer.translate.pb;

import org.jspecify.annotations.NullMarked;
