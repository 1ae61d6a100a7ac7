package io.tidbbinlog.e2e.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How our programs are started: from the fat jars of this build when Maven runs the tests ({@code
 * -De2e.programs=jars}, set in the module's pom), from the test's own class path otherwise (an
 * IDE), or through the launchers of a distribution ({@code -De2e.programs=/path/to/distribution}).
 */
public enum Programs {
  PUMP("pump", "io.tidbbinlog.pump.PumpMain"),
  DRAINER("drainer", "io.tidbbinlog.drainer.DrainerMain"),
  BINLOGCTL("binlogctl", "io.tidbbinlog.ctl.CtlMain"),
  PLAYGROUND("playground", "io.tidbbinlog.playground.PlaygroundMain");

  /** Small machines run six JVMs at once here: quick start counts more than peak speed. */
  private static final List<String> JVM_FLAGS =
      List.of("-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

  private final String program;
  private final String mainClass;

  Programs(String program, String mainClass) {
    this.program = program;
    this.mainClass = mainClass;
  }

  /** The whole command line. */
  public List<String> command(List<String> arguments) {
    return command(JVM_FLAGS, arguments);
  }

  /** The whole command line, with JVM flags of the caller's choice. */
  public List<String> command(List<String> jvmFlags, List<String> arguments) {
    String how = System.getProperty("e2e.programs", "classpath");
    List<String> command = new ArrayList<>();
    if (how.startsWith("/")) {
      command.add(Path.of(how, "bin", program).toString());
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvmFlags);
      if (how.equals("jars")) {
        command.add("-jar");
        command.add(fatJar().toString());
      } else {
        command.add("-cp");
        command.add(
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(mainClass);
      }
    }
    command.addAll(arguments);
    return command;
  }

  private Path fatJar() {
    Path jar =
        ProjectFiles.module().resolveSibling(program).resolve("target").resolve(program + ".jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException("not built: " + jar);
    }
    return jar;
  }
}
