package io.tidbbinlog.common.pd;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks PD every half minute who its members are, and has its etcd reached through them: a program
 * that runs for long outlives the members it was configured with.
 */
public final class MemberRefresh implements Service {
  private static final Logger log = LoggerFactory.getLogger(MemberRefresh.class);
  private static final Duration EVERY = Duration.ofSeconds(30);

  private final PdGrpcClient pd;
  private final EtcdClient etcd;
  private final ScheduledExecutorService timer = Threads.timer("pd-members");

  public MemberRefresh(PdGrpcClient pd, EtcdClient etcd) {
    this.pd = pd;
    this.etcd = etcd;
  }

  @Override
  public void start() {
    var unused =
        timer.scheduleWithFixedDelay(
            this::refresh, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  /** A PD that is away is asked again later; its members are needed only when it comes back. */
  void refresh() {
    try {
      etcd.reach(pd.refreshMembers());
    } catch (BinlogException e) {
      log.atDebug().addKeyValue("error", e.getMessage()).log("PD's members are not known anew");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close()
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
