package io.tidbbinlog.drainer.pipeline;

import io.tidbbinlog.drainer.collect.CollectMetrics;
import io.tidbbinlog.drainer.merge.MergeMetrics;

/** Who is told what, stage by stage. */
public record Observers(CollectMetrics collect, MergeMetrics merge, PipelineMetrics pipeline) {
  public static final Observers NONE =
      new Observers(CollectMetrics.NONE, MergeMetrics.NONE, PipelineMetrics.NONE);
}
