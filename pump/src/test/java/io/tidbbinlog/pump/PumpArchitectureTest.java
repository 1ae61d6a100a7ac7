package io.tidbbinlog.pump;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.tidbbinlog.common.ts.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The borders between the packages: data goes down, nobody reaches around the one below. */
final class PumpArchitectureTest {
  private static final String ROOT = "io.tidbbinlog.pump";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void onlyKvKnowsRocksDb() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".kv")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb.."));
  }

  @Test
  void kvKnowsNothingOfBinlogs() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + ".kv")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                ROOT,
                ROOT + ".store",
                ROOT + ".sort",
                ROOT + ".rpc",
                ROOT + ".gc",
                ROOT + ".node",
                "io.tidbbinlog.common.codec",
                "io.tidbbinlog.proto.."));
  }

  @Test
  void sortDoesNoInputOrOutput() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + ".sort")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                ROOT,
                ROOT + ".store",
                ROOT + ".kv",
                ROOT + ".rpc",
                ROOT + ".gc",
                ROOT + ".node",
                "io.tidbbinlog.common.tikv",
                "io.tidbbinlog.common.pd",
                "io.grpc..",
                "io.tidbbinlog.proto.."));
  }

  @Test
  void storeKnowsNeitherItsClientsNorTheWire() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + ".store")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                ROOT,
                ROOT + ".rpc",
                ROOT + ".gc",
                ROOT + ".node",
                "io.grpc..",
                "io.tidbbinlog.proto.."));
  }

  @Test
  void onlyRpcTouchesTheStoreFromTheWire() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".rpc", ROOT + ".node")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.grpc.."));
  }

  @Test
  void onlyStoreAndItsWiringSpeakToKv() {
    check(
        classes()
            .that()
            .resideInAPackage(ROOT + ".kv")
            .should()
            .onlyBeAccessed()
            .byAnyPackage(ROOT, ROOT + ".kv", ROOT + ".store"));
  }

  @Test
  void nobodySleepsOrReadsTheTimeBesidesTheClock() {
    check(noClasses().should().callMethod(Thread.class, "sleep", long.class));
    check(noClasses().should().callMethod(System.class, "currentTimeMillis"));
    check(noClasses().should().callMethod(System.class, "nanoTime"));
  }

  /**
   * Decisions follow PD's time and clocks that only run forward: a machine's clock that is set an
   * hour back or forward changes the times in the log, and nothing else.
   */
  @Test
  void nobodyAsksForTheTimeOfDay() {
    check(noClasses().should().callMethod(Clock.class, "wallMillis"));
    check(noClasses().should().callMethod(Instant.class, "now"));
  }

  private static void check(ArchRule rule) {
    rule.check(CLASSES);
  }
}
