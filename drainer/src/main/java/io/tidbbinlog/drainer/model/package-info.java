/** What flows through a Drainer: binlogs, transactions, row changes, schemas. */
@NullMarked
package io.tidbbinlog.drainer.model;

import org.jspecify.annotations.NullMarked;
