#include "training/run/metrics_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "interop/atomic_file.h"
#include "interop/paths.h"
#include "interop/whole_file.h"

namespace dg {
namespace {

// A line of a run has a kilobyte; what is much longer was not written by one, and is not parsed.
constexpr std::size_t longest_line = 64 << 10;
constexpr std::size_t most_keys = 1000;
constexpr std::int64_t largest_file = std::int64_t{1} << 30;
constexpr double largest_step = 9'007'199'254'740'992;  // 2^53: beyond it doubles are no longer all integers

class TableBuilder {
 public:
  TableBuilder() { table_.keys = {"step"}; }

  /// False, and nothing added, where the line is damaged.
  bool add(std::string_view line) {
    if (line.size() > longest_line) return false;
    // Keys in the order in which they were written.
    const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("step") || !json["step"].is_number()) return false;
    const auto step = json["step"].get<double>();
    if (!(step >= 0 && step <= largest_step && step == std::floor(step))) return false;
    std::size_t new_keys = 0;
    for (const auto& [key, value] : json.items()) {
      if (!value.is_number() && !value.is_null()) return false;
      new_keys += !column_.contains(key);
    }
    if (table_.keys.size() + new_keys > most_keys) return false;
    MetricsTable::Row& row = row_of(step);
    for (const auto& [key, value] : json.items()) {
      const std::size_t column = column_of(key);
      if (row.size() <= column) row.resize(column + 1);
      row[column] = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
    }
    return true;
  }
  void add_damaged() { ++table_.damaged_lines; }

  MetricsTable finish() && { return std::move(table_); }

 private:
  MetricsTable::Row& row_of(double step) {
    const auto [place, is_new] = row_.try_emplace(step, table_.rows.size());
    if (is_new) table_.rows.emplace_back();
    return table_.rows[place->second];
  }
  std::size_t column_of(const std::string& key) {
    const auto [place, is_new] = column_.try_emplace(key, table_.keys.size());
    if (is_new) table_.keys.push_back(key);
    return place->second;
  }

  MetricsTable table_;
  std::map<std::string, std::size_t> column_{{"step", 0}};
  std::map<double, std::size_t> row_;  // by step
};

// As RFC 4180 has it.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string csv_number(const std::optional<double>& value) {
  if (!value) return "";
  return std::isfinite(*value) ? fmt::format("{}", *value) : "nan";
}

}  // namespace

std::vector<std::pair<double, double>> MetricsTable::series(std::string_view key) const {
  const auto found = std::ranges::find(keys, key);
  const auto column = static_cast<std::size_t>(found - keys.begin());
  std::vector<std::pair<double, double>> points;
  for (const Row& row : rows) {
    if (column < row.size() && row[column] && std::isfinite(*row[column]))
      points.emplace_back(*row[0], *row[column]);
  }
  return points;
}

std::optional<double> MetricsTable::last(std::string_view key) const {
  const auto points = series(key);
  return points.empty() ? std::nullopt : std::optional(points.back().second);
}

MetricsTable metrics_table(std::string_view jsonl) {
  TableBuilder builder;
  std::string_view line;
  while (next_line(jsonl, line)) {
    if (!line.empty() && !builder.add(line)) builder.add_damaged();
  }
  return std::move(builder).finish();
}

std::string to_csv(const MetricsTable& table) {
  std::string text;
  for (std::size_t c = 0; c < table.keys.size(); ++c) (text += c == 0 ? "" : ",") += csv_field(table.keys[c]);
  text += '\n';
  for (const MetricsTable::Row& row : table.rows) {
    for (std::size_t c = 0; c < table.keys.size(); ++c)
      (text += c == 0 ? "" : ",") += csv_number(c < row.size() ? row[c] : std::nullopt);
    text += '\n';
  }
  return text;
}

MetricsTable read_metrics(const std::filesystem::path& run) {
  const std::filesystem::path file = run / "metrics.jsonl";
  return path_exists(file) ? metrics_table(as_text(read_file_bytes(file, largest_file))) : metrics_table("");
}

void write_metrics_csv(const std::filesystem::path& run) {
  write_file_atomically(run / "metrics.csv", to_csv(read_metrics(run)));
}

}  // namespace dg
