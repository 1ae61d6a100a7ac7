package io.tidbbinlog.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * Runs a test once per seed: {@code @Seeds(500) void neverLoses(long seed)}. The seed is in the
 * test's name; {@code -Dseed=17} runs that one only.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "seed {0}")
@ArgumentsSource(Seeds.Provider.class)
public @interface Seeds {
  /** Seeds 1 to this number. */
  int value();

  /** Gives the seeds to JUnit. */
  final class Provider implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) {
      String only = System.getProperty("seed");
      if (only != null && !only.isEmpty()) {
        return Stream.of(Arguments.of(Long.parseLong(only)));
      }
      int count = context.getRequiredTestMethod().getAnnotation(Seeds.class).value();
      return LongStream.rangeClosed(1, count).mapToObj(Arguments::of);
    }
  }
}
