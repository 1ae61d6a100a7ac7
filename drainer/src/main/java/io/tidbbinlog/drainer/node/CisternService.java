package io.tidbbinlog.drainer.node;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.proto.pump.CisternGrpc;
import io.tidbbinlog.proto.pump.DumpBinlogReq;
import io.tidbbinlog.proto.pump.DumpBinlogResp;
import io.tidbbinlog.proto.pump.DumpDDLJobsReq;
import io.tidbbinlog.proto.pump.DumpDDLJobsResp;
import io.tidbbinlog.proto.pump.NotifyReq;
import io.tidbbinlog.proto.pump.NotifyResp;
import java.time.Duration;

/**
 * What a Pump calls before it takes its first binlog. Notify is answered only when every registered
 * Pump has joined the merge, so that no later one can be passed.
 */
public final class CisternService extends CisternGrpc.CisternImplBase {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final Refresh refresh;

  /** Reads the list of Pumps anew; returns when all of them have joined. */
  public interface Refresh {
    void within(Duration timeout) throws InterruptedException;
  }

  public CisternService(Refresh refresh) {
    this.refresh = refresh;
  }

  @Override
  public void notify(NotifyReq request, StreamObserver<NotifyResp> answer) {
    try {
      refresh.within(DEADLINE);
      answer.onNext(NotifyResp.getDefaultInstance());
      answer.onCompleted();
    } catch (BinlogException e) {
      answer.onError(Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.onError(Status.UNAVAILABLE.withDescription("stopping").asRuntimeException());
    }
  }

  /** Never served by any version; ends at once. */
  @Override
  public void dumpBinlog(DumpBinlogReq request, StreamObserver<DumpBinlogResp> answer) {
    answer.onCompleted();
  }

  @Override
  public void dumpDDLJobs(DumpDDLJobsReq request, StreamObserver<DumpDDLJobsResp> answer) {
    answer.onNext(DumpDDLJobsResp.getDefaultInstance());
    answer.onCompleted();
  }
}
