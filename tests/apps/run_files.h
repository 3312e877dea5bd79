// What two runs have in common: all of their files, but for what a clock decides.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/apps/program.h"

namespace dg {

/// Whether a clock decides the metric of this name.
inline bool is_a_time(const std::string& key) {
  static const std::set<std::string> others{"sampler_ms", "sampler_share", "images_per_second", "input_wait",
                                            "input_bound"};
  return others.contains(key) || key.starts_with("time_");
}

/// One line for each of metrics.jsonl, without what a clock decides.
inline std::string timeless_metrics(const fs::path& run) {
  std::istringstream metrics(file_text(run / "metrics.jsonl"));
  std::string lines;
  for (std::string line; std::getline(metrics, line);) {
    nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    nlohmann::json kept;
    if (json.is_object()) {
      for (const auto& [key, value] : json.items()) {
        if (!is_a_time(key)) kept[key] = value;
      }
    }
    lines += kept.dump() + "\n";
  }
  return lines;
}

/// The same columns of metrics.csv.
inline std::string timeless_table(const fs::path& run) {
  std::istringstream table(file_text(run / "metrics.csv"));
  std::vector<bool> timeless;
  std::string text, line, field;
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    const bool header = timeless.empty();
    for (std::size_t column = 0; std::getline(fields, field, ','); ++column) {
      if (header) timeless.push_back(!is_a_time(field));
      if (column < timeless.size() && timeless[column]) text += field + ",";
    }
    text += "\n";
  }
  return text;
}

/// Everything in a folder by its name, metrics.jsonl and metrics.csv without times.
inline std::map<std::string, std::string> contents_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  if (!fs::exists(folder)) return files;
  for (const std::string& name : files_in(folder))
    files[name] = name == "metrics.jsonl" ? timeless_metrics(folder)
                  : name == "metrics.csv" ? timeless_table(folder)
                                          : file_text(folder / name);
  return files;
}

/// Which files differ, or are only in one of the two; empty if none.
inline std::string differing_files(const std::map<std::string, std::string>& a,
                                   const std::map<std::string, std::string>& b) {
  std::string names;
  for (const auto& [name, text] : a) {
    if (!b.contains(name) || b.at(name) != text) names += name + " ";
  }
  for (const auto& [name, text] : b) {
    if (!a.contains(name)) names += name + " ";
  }
  return names;
}

}  // namespace dg
