package io.tidbbinlog.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.CommitTs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetaCommandTest {
  @TempDir Path dir;
  private final Captured captured = new Captured();
  private final Report report =
      Report.of(
          OutputForm.GUIDE,
          captured.out,
          captured.err,
          new TextTime(new FixedClock("2018-06-21T11:24:47Z"), ZoneId.of("UTC")));

  @Test
  void writesASavepointThatADrainerCanRead() throws Exception {
    CommitTs ts = new CommitTs(CommitTs.compose(123, 456));
    new MetaCommand(() -> ts, report).run(dir.resolve("a/b"), "");

    Path file = dir.resolve("a/b/savepoint");
    assertThat(file).content().isEqualTo("commitTS = 32244168\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("a"))))
        .isEqualTo("rwx------");
    assertThat(captured.out())
        .isEqualTo("2018/06/21 11:24:47 meta.go:117: [info] meta: &{CommitTS:32244168}\n");
  }

  @Test
  void tellsTheTimeInAComment() {
    assertThat(MetaCommand.content(123, ZoneId.of("Asia/Shanghai")))
        .isEqualTo(
            "commitTS = 123\n# 1970-01-01 00:00:00 +0000 UTC\n# 1970-01-01 08:00:00 +0800 CST\n");
  }

  @Test
  void replacesAnOlderSavepoint() throws Exception {
    Files.writeString(dir.resolve("savepoint"), "commitTS = 1\nschema-version = 3\n");
    new MetaCommand(() -> new CommitTs(5), report).run(dir, "");

    assertThat(dir.resolve("savepoint")).content().isEqualTo("commitTS = 5\n");
    assertThat(dir).isDirectoryNotContaining("glob:**.tmp*");
  }

  @Test
  void anUnknownZoneIsOnlyAWarning() throws Exception {
    new MetaCommand(() -> new CommitTs(5), report).run(dir, "Mars/Base");

    assertThat(dir.resolve("savepoint")).content().isEqualTo("commitTS = 5\n");
    assertThat(captured.err()).contains("fail to load location Mars/Base");
  }

  @Test
  void keepsTheOldSavepointWhenPdIsAway() throws Exception {
    Files.writeString(dir.resolve("savepoint"), "commitTS = 1\n");
    MetaCommand command =
        new MetaCommand(
            () -> {
              throw new BinlogException(ErrorCode.PD_UNAVAILABLE, "no member answers");
            },
            report);

    assertThatThrownBy(() -> command.run(dir, ""))
        .hasMessageContaining("get tso failed: no member answers");
    assertThat(dir.resolve("savepoint")).content().isEqualTo("commitTS = 1\n");
  }
}
