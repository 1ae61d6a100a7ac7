package io.tidbbinlog.common.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceStackTest {
  private final List<String> events = new ArrayList<>();

  private final class Part implements Service {
    private final String name;
    private final String fails;

    Part(String name, String fails) {
      this.name = name;
      this.fails = fails;
    }

    private void event(String what) {
      events.add(what + " " + name);
      if (fails.contains(what)) {
        throw new IllegalStateException(what + " " + name + " failed");
      }
    }

    @Override
    public void start() {
      event("start");
    }

    @Override
    public void close() {
      event("close");
    }
  }

  @Test
  void closesInReverseOnce() throws InterruptedException {
    ServiceStack stack = new ServiceStack();
    Part first = stack.start(new Part("a", ""));
    assertThat(first.name).isEqualTo("a");
    stack.start(new Part("b", ""));
    stack.close();
    stack.close();
    assertThat(events).containsExactly("start a", "start b", "close b", "close a");
  }

  @Test
  void closesThePartWhoseStartFailedToo() throws InterruptedException {
    ServiceStack stack = new ServiceStack();
    stack.start(new Part("a", ""));
    assertThatThrownBy(() -> stack.start(new Part("b", "start"))).hasMessage("start b failed");
    stack.close();
    assertThat(events).containsExactly("start a", "start b", "close b", "close a");
  }

  @Test
  void aFailingCloseSkipsNoOther() throws InterruptedException {
    ServiceStack stack = new ServiceStack();
    stack.start(new Part("a", "close"));
    stack.start(new Part("b", ""));
    stack.start(new Part("c", "close"));
    assertThatThrownBy(stack::close)
        .hasMessage("close c failed")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("close a failed"));
    assertThat(events).endsWith("close c", "close b", "close a");
    stack.close();
  }
}
