package io.tidbbinlog.common;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the packages of this module may know of each other and of libraries. */
@AnalyzeClasses(
    packages = "io.tidbbinlog.common",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RulesTest {
  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.tidbbinlog.common.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheClockKnowsTheTime =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.tidbbinlog.common.ts.SystemClock")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", long.class, int.class);

  @ArchTest
  static final ArchRule onlyEtcdClientKnowsTheEtcdLibrary =
      noClasses()
          .that()
          .haveNameNotMatching("io\\.tidbbinlog\\.common\\.pd\\.EtcdClient(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.etcd..");

  @ArchTest
  static final ArchRule onlyConfigKnowsToml =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.tidbbinlog.common.config")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.tomlj..");

  @ArchTest
  static final ArchRule onlyLogKnowsLogback =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.tidbbinlog.common.log")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ch.qos.logback..");

  @ArchTest
  static final ArchRule threadsAreMadeInOnePlace =
      noClasses()
          .that()
          .haveNameNotMatching("io\\.tidbbinlog\\.common\\.lifecycle\\.Threads(\\$.*)?")
          .should()
          .callConstructor(Thread.class, Runnable.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class, String.class)
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.concurrent.Executors");
}
