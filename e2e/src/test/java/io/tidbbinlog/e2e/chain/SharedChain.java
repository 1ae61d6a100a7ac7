package io.tidbbinlog.e2e.chain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test the chain of a generation (two Pumps, two TiDB servers), which all tests of the run
 * share because its start costs more than most tests. It is closed after the last test; its files
 * are kept when a test failed.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedChain.Resolver.class)
public @interface SharedChain {
  /** TiDB's generation: 8, 7 or 4. */
  int generation();

  /** How many Pumps, and how many TiDB servers, it has at its start. */
  int width() default 2;

  /** Starts a chain when first asked for it. */
  final class Resolver implements ParameterResolver, AfterTestExecutionCallback {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
      return parameter.isAnnotated(SharedChain.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
      SharedChain asked = parameter.findAnnotation(SharedChain.class).orElseThrow();
      return store(test)
          .getOrComputeIfAbsent(
              new Kind(asked.generation(), asked.width()), Resolver::start, Chain.class);
    }

    @Override
    public void afterTestExecution(ExtensionContext test) {
      if (test.getExecutionException().isPresent()) {
        Chain.keepFiles();
      }
    }

    private static ExtensionContext.Store store(ExtensionContext test) {
      return test.getRoot().getStore(ExtensionContext.Namespace.create(SharedChain.class));
    }

    private record Kind(int generation, int width) {}

    private static Chain start(Kind kind) {
      try {
        return Chain.start(kind.generation(), kind.width(), kind.width());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
