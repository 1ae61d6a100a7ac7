package io.tidbbinlog.common.metrics;

import java.util.List;

/** Builds Prometheus' text exposition format, version 0.0.4. */
final class PrometheusText {
  private final StringBuilder out = new StringBuilder(4096);

  void head(String name, String help, String type) {
    String safe = help.replace("\\", "\\\\").replace("\n", "\\n");
    out.append("# HELP ").append(name).append(' ').append(safe).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  void sample(String name, String labels, double value) {
    out.append(name);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ').append(number(value)).append('\n');
  }

  /** {@code a="x",b="y"}, with values escaped. */
  static String labels(List<String> names, List<String> values) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      String safe = values.get(i).replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
      text.append(i == 0 ? "" : ",").append(names.get(i)).append("=\"").append(safe).append('"');
    }
    return text.toString();
  }

  static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e17) {
      return Long.toString((long) value);
    }
    return Double.toString(value);
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
