package io.tidbbinlog.playground.cluster;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds our programs and says how to start them. Immutable. */
public final class ProgramFiles {
  /** Several JVMs share the machine here: a quick start counts more than peak speed. */
  private static final String JVM_FLAGS = "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

  private final Path own;

  private ProgramFiles(Path own) {
    this.own = own;
  }

  /** Those beside the playground's own jar, or in the modules beside it in a build. */
  public static ProgramFiles find() {
    try {
      return new ProgramFiles(
          Path.of(ProgramFiles.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException("our own jar can't be found", e);
    }
  }

  /** The command line of a program; JAVA_OPTS is obeyed as by the launchers. */
  public List<String> command(String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String flags = JVM_FLAGS + " " + System.getenv().getOrDefault("JAVA_OPTS", "");
    command.addAll(List.of(flags.trim().split(" +")));
    command.add("-Dfile.encoding=UTF-8");
    command.add("-jar");
    command.add(jar(program).toString());
    command.addAll(arguments);
    return command;
  }

  /** {@code bin/NAME} of the distribution, for people; the jar where there is no distribution. */
  public String launcher(String program) {
    Path launcher = own.resolveSibling("..").resolve("bin").resolve(program).normalize();
    return Files.exists(launcher) ? launcher.toString() : "java -jar " + jar(program);
  }

  private Path jar(String program) {
    Path beside = own.resolveSibling(program + ".jar");
    if (Files.exists(beside)) {
      return beside;
    }
    // playground/target/… → pump/target/pump.jar
    Path built =
        own.resolve("../../..")
            .normalize()
            .resolve(program)
            .resolve("target")
            .resolve(program + ".jar");
    if (Files.exists(built)) {
      return built;
    }
    throw new IllegalStateException(program + ".jar is neither " + beside + " nor " + built);
  }
}
