package io.tidbbinlog.e2e.corpus;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A statement that the server refused, as the mysql client reports it. */
record SqlError(CorpusFile file, int code, int line, String text) {
  private static final Pattern REPORT =
      Pattern.compile("(?m)^ERROR (\\d+) \\(\\w+\\) at line (\\d+): (.*)$");
  private static final Pattern ANY = Pattern.compile("(?m)^ERROR .*$");

  static List<SqlError> in(CorpusFile file, String output) {
    List<SqlError> errors =
        REPORT
            .matcher(output)
            .results()
            .map(
                found ->
                    new SqlError(
                        file,
                        Integer.parseInt(found.group(1)),
                        Integer.parseInt(found.group(2)),
                        found.group(3)))
            .toList();
    // "ERROR 2013 (HY000): Lost connection" has no line: nothing after it was run.
    Matcher other = ANY.matcher(output);
    while (other.find()) {
      if (!other.group().contains(" at line ")) {
        throw new AssertionError(file.name() + ": " + other.group());
      }
    }
    return errors;
  }

  boolean expected() {
    String sql = file.line(line);
    return sql.contains("-- expect error") || sql.contains("-- may fail");
  }

  @Override
  public String toString() {
    return file.name() + ":" + line + ": " + code + " " + text;
  }
}
