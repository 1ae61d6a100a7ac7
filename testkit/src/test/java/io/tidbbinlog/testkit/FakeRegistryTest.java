package io.tidbbinlog.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import org.junit.jupiter.api.Test;

class FakeRegistryTest extends NodeRegistryContract {
  private final FakeRegistry fake = new FakeRegistry();

  @Override
  protected NodeRegistry open() {
    return fake;
  }

  @Override
  protected NodeRegistry another() {
    return fake;
  }

  @Override
  protected void removeByHand(NodeKind kind, String nodeId) {
    fake.remove(kind, nodeId);
  }

  @Test
  void failsWhileAwayAndTellsToListAgain() throws Exception {
    Told told = new Told();
    try (AutoCloseable watch = fake.watch(NodeKind.PUMP, told)) {
      assertThat(watch).isNotNull();
      assertThat(told.next()).isEqualTo("resync");
      fake.goAway();
      assertThatThrownBy(() -> fake.list(NodeKind.PUMP)).isInstanceOf(BinlogException.class);
      fake.comeBack();
      assertThat(told.next()).isEqualTo("resync");
      assertThat(fake.list(NodeKind.PUMP)).isEmpty();
    }
  }
}
