package io.tidbbinlog.drainer.filter;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A name in a filter list. {@code ~re} finds {@code re} anywhere in the name; any other text must
 * match the whole name, but is a regular expression all the same, so that {@code a.b} also matches
 * {@code axb} (users of the original rely on it). Letter case never counts. RE2 syntax: matching
 * takes linear time.
 */
final class NamePattern {
  private final Pattern pattern;

  private NamePattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * @throws PatternSyntaxException where the text is no RE2 expression
   */
  static NamePattern of(String text) {
    String expression = text.startsWith("~") ? text.substring(1) : "\\A(?:" + text + ")\\z";
    return new NamePattern(Pattern.compile(expression, Pattern.CASE_INSENSITIVE));
  }

  boolean matches(String name) {
    return pattern.matcher(name).find();
  }

  /** A plain name with characters that mean something in an expression; worth a warning. */
  static boolean looksAccidental(String text) {
    return !text.startsWith("~") && text.chars().anyMatch(c -> ".*+?[](){}|^\\".indexOf(c) >= 0);
  }
}
