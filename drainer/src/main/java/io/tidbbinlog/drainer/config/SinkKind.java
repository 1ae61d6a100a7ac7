package io.tidbbinlog.drainer.config;

import java.util.Locale;
import java.util.Optional;

/** The words of {@code db-type}, and which of them this version can write to. */
public enum SinkKind {
  MYSQL(true),
  TIDB(true),
  FILE(true),
  KAFKA(false),
  ORACLE(false),
  FLASH(false);

  private final boolean built;

  SinkKind(boolean built) {
    this.built = built;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** False: the word is known, but no sink of that kind exists yet. */
  public boolean isBuilt() {
    return built;
  }

  /** Rows and DDL become SQL there. */
  public boolean isSql() {
    return this == MYSQL || this == TIDB || this == ORACLE;
  }

  /** {@code pb} is the old word for {@code file}. */
  public static Optional<SinkKind> parse(String word) {
    if (word.equals("pb")) {
      return Optional.of(FILE);
    }
    for (SinkKind kind : values()) {
      if (kind.word().equals(word)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
