#include <algorithm>

#include "fuzz/targets.h"
#include "interop/whole_file.h"
#include "training/run/metrics_table.h"

namespace dg::fuzz {

// The reader throws nothing at all: what is damaged is counted.
void metrics(Input input) {
  const MetricsTable table = metrics_table(as_text(input));
  const auto lines = 1 + std::ranges::count(input, std::uint8_t{'\n'});
  expect(std::ssize(table.rows) + table.damaged_lines <= lines,
         "a line must be one row or one damage at most");
  for (const MetricsTable::Row& row : table.rows) {
    expect(!row.empty() && row[0].has_value(), "a row must have its step");
    expect(row.size() <= table.keys.size(), "a value must have a key");
  }
  for (const std::string& key : table.keys) {
    const auto series = table.series(key);
    expect(series.empty() == !table.last(key).has_value(), "the last value is that of the series");
  }
  const std::string csv = to_csv(table);
  expect(std::ranges::count(csv, '\n') >= 1 + std::ssize(table.rows),
         "a table must have a line for each row");
}

}  // namespace dg::fuzz
