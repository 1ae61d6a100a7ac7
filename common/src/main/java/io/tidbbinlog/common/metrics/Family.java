package io.tidbbinlog.common.metrics;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A metric with its label names, holding one child per combination of label values. Without label
 * names it is its own only child. Values must come from a bounded set: a child stays until {@link
 * #drop}.
 */
abstract class Family<F extends Family<F>> {
  private final String name;
  private final String help;
  private final List<String> labelNames;
  private final ConcurrentMap<List<String>, F> children = new ConcurrentHashMap<>();

  Family(String name, String help, String... labelNames) {
    if (!name.matches("[a-zA-Z_:][a-zA-Z0-9_:]*")) {
      throw new IllegalArgumentException("not a metric name: " + name);
    }
    this.name = name;
    this.help = help;
    this.labelNames = List.of(labelNames);
  }

  String name() {
    return name;
  }

  String help() {
    return help;
  }

  /** The metric of these label values, in the order of the names. */
  public F labels(String... values) {
    if (values.length != labelNames.size() || values.length == 0) {
      throw new IllegalArgumentException(name + " has the labels " + labelNames);
    }
    return children.computeIfAbsent(List.of(values), unused -> child());
  }

  /** Forgets the metric of these label values: the thing that it measures is gone. */
  public void drop(String... values) {
    children.remove(List.of(values));
  }

  abstract F child();

  abstract String type();

  /** Writes the samples of one child; {@code labels} is the text between the braces. */
  abstract void write(PrometheusText text, String labels);

  void writeFamily(PrometheusText text) {
    if (labelNames.isEmpty()) {
      text.head(name, help, type());
      write(text, "");
    } else if (!children.isEmpty()) {
      text.head(name, help, type());
      children.entrySet().stream()
          .map(e -> new Labelled<>(PrometheusText.labels(labelNames, e.getKey()), e.getValue()))
          .sorted((a, b) -> a.labels.compareTo(b.labels))
          .forEach(child -> child.metric.write(text, child.labels));
    }
  }

  private record Labelled<M>(String labels, M metric) {}
}
