// RUN/metrics.jsonl as a table, and RUN/metrics.csv: the same for spreadsheets.
//
// A row is a step. An evaluation writes a line of its own after the line of its step; the table joins the
// two.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dg {

struct MetricsTable {
  /// By column; a row may be shorter than there are keys. NaN: the number was not finite (null in the file).
  using Row = std::vector<std::optional<double>>;

  std::vector<std::string> keys;  // in the order in which they were first seen; "step" is the first one
  std::vector<Row> rows;          // in the order of the file; each has its step
  std::int64_t damaged_lines = 0;

  /// Step and value where there is a finite one, in the order of the rows; nothing for an unknown key.
  std::vector<std::pair<double, double>> series(std::string_view key) const;
  /// The last value of `series`.
  std::optional<double> last(std::string_view key) const;
};

/// Lines that are no objects of numbers and nulls with a step in 0..2^53, that are longer than 64 KiB or that
/// bring more than 1,000 columns together are counted as damaged, and left out. Of a key that a step has
/// twice the later value counts. Empty lines are nothing.
MetricsTable metrics_table(std::string_view jsonl);

/// A line of the keys, then one for each row: the shortest texts that read back to the same numbers, "nan"
/// for a number that was not finite, nothing where there is no value. Lines end with a line feed.
std::string to_csv(const MetricsTable& table);

/// The table of RUN/metrics.jsonl, an empty one where there is no such file. IoError where it cannot be read
/// or has more than 1 GiB.
MetricsTable read_metrics(const std::filesystem::path& run);

/// Writes RUN/metrics.csv, all or nothing. IoError as read_metrics and write_file_atomically.
void write_metrics_csv(const std::filesystem::path& run);

}  // namespace dg
