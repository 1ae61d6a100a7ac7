package io.tidbbinlog.testkit.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a recorded final state: per table a line {@code {schema, table, columns, types, create}},
 * then one line a row, an array of texts and nulls.
 */
final class RecordedState {
  private RecordedState() {}

  static DatabaseState read(Path file) throws IOException {
    try (InputStream raw = Files.newInputStream(file)) {
      boolean zipped = file.getFileName().toString().endsWith(".gz");
      return read(zipped ? new GZIPInputStream(raw) : raw);
    }
  }

  static DatabaseState read(InputStream in) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Map<String, TableState> tables = new TreeMap<>();
    List<List<@Nullable String>> rows = new ArrayList<>();
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode node = json.readTree(line);
      if (node.isObject()) {
        rows = new ArrayList<>();
        TableState table =
            new TableState(
                node.get("schema").asText(),
                node.get("table").asText(),
                texts(node.get("columns")),
                texts(node.get("types")),
                rows);
        tables.put(table.name(), table);
      } else {
        List<@Nullable String> row = new ArrayList<>(node.size());
        node.forEach(value -> row.add(value.isNull() ? null : value.asText()));
        rows.add(row);
      }
    }
    return new DatabaseState(tables);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>(array.size());
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
