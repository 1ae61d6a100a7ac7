/** The registry of Pumps and Drainers in PD's etcd. */
@NullMarked
package io.tidbbinlog.common.node;

import org.jspecify.annotations.NullMarked;
