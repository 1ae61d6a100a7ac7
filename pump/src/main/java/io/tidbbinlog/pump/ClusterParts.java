package io.tidbbinlog.pump;

import io.tidbbinlog.common.lifecycle.ServiceStack;
import io.tidbbinlog.common.node.EtcdNodeRegistry;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.common.pd.PdGrpcClient;
import io.tidbbinlog.common.tikv.CallLimits;
import io.tidbbinlog.common.tikv.TikvClient;
import io.tidbbinlog.common.tikv.TikvGrpcClient;
import io.tidbbinlog.common.ts.Clock;

/** The clients of PD, its etcd, and TiKV. */
record ClusterParts(PdGrpcClient pd, EtcdClient etcd, NodeRegistry registry, TikvClient tikv) {

  /** Asks nobody anything yet; the stack closes them. */
  static ClusterParts make(PumpConfig config, ServiceStack stack, Clock clock) {
    PdGrpcClient pd = stack.add(new PdGrpcClient(config.pdUrls(), config.tls(), clock));
    EtcdClient etcd = new EtcdClient(config.pdUrls(), config.tls());
    NodeRegistry registry = stack.add(new EtcdNodeRegistry(etcd));
    TikvClient tikv = stack.add(new TikvGrpcClient(pd, config.tls(), CallLimits.QUICK, clock));
    return new ClusterParts(pd, etcd, registry, tikv);
  }
}
