package io.tidbbinlog.drainer.translate.sql.ddl;

import io.debezium.ddl.parser.mysql.generated.MySqlLexer;
import io.debezium.ddl.parser.mysql.generated.MySqlParser;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.jspecify.annotations.Nullable;

/** One statement as MySQL's grammar sees it. */
final class ParsedDdl {
  private final CommonTokenStream tokens;
  private final MySqlParser.QueryContext tree;

  private ParsedDdl(CommonTokenStream tokens, MySqlParser.QueryContext tree) {
    this.tokens = tokens;
    this.tree = tree;
  }

  /** Null when the text is not MySQL's: TiDB's and MariaDB's own clauses, or several statements. */
  static @Nullable ParsedDdl parse(String sql) {
    MySqlLexer lexer = new MySqlLexer(CharStreams.fromString(sql));
    lexer.removeErrorListeners();
    lexer.addErrorListener(Refusing.INSTANCE);
    CommonTokenStream tokens = new CommonTokenStream(lexer);
    MySqlParser parser = new MySqlParser(tokens);
    parser.removeErrorListeners();
    parser.addErrorListener(Refusing.INSTANCE);
    parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
    try {
      MySqlParser.QueriesContext all = parser.queries();
      return all.query().size() == 1 ? new ParsedDdl(tokens, all.query(0)) : null;
    } catch (ParseCancellationException e) {
      return null;
    }
  }

  CommonTokenStream tokens() {
    return tokens;
  }

  MySqlParser.QueryContext tree() {
    return tree;
  }

  private static final class Refusing extends BaseErrorListener {
    static final Refusing INSTANCE = new Refusing();

    @Override
    public void syntaxError(
        Recognizer<?, ?> recognizer,
        Object symbol,
        int line,
        int column,
        String message,
        RecognitionException cause) {
      throw new ParseCancellationException(line + ":" + column + " " + message, cause);
    }
  }
}
