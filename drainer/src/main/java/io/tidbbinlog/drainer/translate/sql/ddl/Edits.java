package io.tidbbinlog.drainer.translate.sql.ddl;

import io.tidbbinlog.drainer.translate.sql.Dialect;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStreamRewriter;
import org.antlr.v4.runtime.misc.Interval;

/** Changes to the tokens of one statement, applied all at once. */
final class Edits {
  private record Edit(int from, int to, String text, boolean onlyFirst) {}

  private final ParsedDdl ddl;
  private final Dialect dialect;
  private final List<Edit> edits = new ArrayList<>();

  Edits(ParsedDdl ddl, Dialect dialect) {
    this.ddl = ddl;
    this.dialect = dialect;
  }

  Dialect dialect() {
    return dialect;
  }

  void replace(ParserRuleContext part, String text) {
    edits.add(new Edit(part.start.getTokenIndex(), part.stop.getTokenIndex(), text, false));
  }

  /** A change of the whole statement that {@link #textWithoutFirst} leaves out. */
  void replaceFirst(ParserRuleContext part, String text) {
    edits.add(new Edit(part.start.getTokenIndex(), part.stop.getTokenIndex(), text, true));
  }

  void delete(ParserRuleContext part) {
    replace(part, "");
  }

  void insertAfter(Token token, String text) {
    edits.add(new Edit(token.getTokenIndex(), -1, text, false));
  }

  boolean isEmpty() {
    return edits.isEmpty();
  }

  /** The whole statement. */
  String text() {
    return rewriter(true).getText();
  }

  /** One part of it. */
  String textWithoutFirst(ParserRuleContext part) {
    return rewriter(false)
        .getText(Interval.of(part.start.getTokenIndex(), part.stop.getTokenIndex()));
  }

  private TokenStreamRewriter rewriter(boolean first) {
    TokenStreamRewriter rewriter = new TokenStreamRewriter(ddl.tokens());
    for (Edit edit : edits) {
      if (edit.to < 0) {
        rewriter.insertAfter(edit.from, edit.text);
      } else if (first || !edit.onlyFirst) {
        rewriter.replace(edit.from, edit.to, edit.text);
      }
    }
    return rewriter;
  }
}
