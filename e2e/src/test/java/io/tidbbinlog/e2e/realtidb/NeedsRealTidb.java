package io.tidbbinlog.e2e.realtidb;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a class of tests, saying why, on a machine that can't build real TiDB servers. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsRealTidb.Condition.class)
public @interface NeedsRealTidb {
  /** The condition behind the annotation. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      String missing = RealTidb.missing();
      if (missing == null) {
        return ConditionEvaluationResult.enabled("Go and the mysql client are here");
      }
      String line = "skipped " + context.getDisplayName() + ": no real TiDB, " + missing;
      System.out.println(line);
      return ConditionEvaluationResult.disabled(line);
    }
  }
}
