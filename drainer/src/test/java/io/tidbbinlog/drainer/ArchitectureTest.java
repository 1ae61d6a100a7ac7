package io.tidbbinlog.drainer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/** The borders between Drainer's packages (docs/ARCHITECTURE.md). */
@AnalyzeClasses(
    packages = "io.tidbbinlog.drainer",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] STAGES = {
    "..drainer.collect..",
    "..drainer.merge..",
    "..drainer.filter..",
    "..drainer.translate..",
    "..drainer.sink.file..",
    "..drainer.sink.mysql..",
    "..drainer.node.."
  };

  @ArchTest
  static final ArchRule stagesAreKnownToTheWiringOnly =
      classes()
          .that()
          .resideInAnyPackage("..drainer.collect..", "..drainer.merge..", "..drainer.filter..")
          .should()
          .onlyBeAccessed()
          .byAnyPackage(
              "..drainer",
              "..drainer.pipeline..",
              "..drainer.collect..",
              "..drainer.merge..",
              "..drainer.filter..");

  @ArchTest static final ArchRule collectKnowsNoOtherStage = knowsNone("..drainer.collect..");

  @ArchTest static final ArchRule mergeKnowsNoOtherStage = knowsNone("..drainer.merge..");

  @ArchTest static final ArchRule filterKnowsNoOtherStage = knowsNone("..drainer.filter..");

  @ArchTest static final ArchRule theFileSinkKnowsNoOtherStage = knowsNone("..drainer.sink.file..");

  @ArchTest static final ArchRule theNodeKnowsNoStage = knowsNone("..drainer.node..");

  @ArchTest
  static final ArchRule modelKnowsNoStage =
      noClasses()
          .that()
          .resideInAPackage("..drainer.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(STAGES);

  @ArchTest
  static final ArchRule onlyTheRootKnowsThePipeline =
      classes()
          .that()
          .resideInAPackage("..drainer.pipeline..")
          .should()
          .onlyBeAccessed()
          .byAnyPackage("..drainer", "..drainer.pipeline..");

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.tidbbinlog.drainer.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheClockKnowsTheTime =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime");

  @ArchTest
  static final ArchRule onlyMainEndsTheProcess =
      noClasses()
          .that()
          .doNotHaveSimpleName("DrainerMain")
          .should()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule grpcStaysAtTheEdges =
      noClasses()
          .that()
          .resideOutsideOfPackages("..drainer.collect..", "..drainer.node..", "..drainer")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.grpc..");

  private static ArchRule knowsNone(String stage) {
    String[] others = Arrays.stream(STAGES).filter(s -> !s.equals(stage)).toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(stage)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others);
  }
}
