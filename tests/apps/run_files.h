// What two runs have in common: all of their files, but for what a clock decides.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tensor/profile.h"
#include "tests/apps/program.h"

namespace dg {

/// One line for each of metrics.jsonl, without what a clock decides.
inline std::string timeless_metrics(const fs::path& run) {
  std::istringstream metrics(file_text(run / "metrics.jsonl"));
  std::string lines;
  for (std::string line; std::getline(metrics, line);) {
    nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
    for (const char* key :
         {"sampler_ms", "sampler_share", "images_per_second", "input_wait", "input_bound"}) {
      if (json.is_object()) json.erase(key);
    }
    for (const Part part : all_parts) {
      if (json.is_object()) json.erase(std::string("time_") + name(part));
    }
    lines += json.dump() + "\n";
  }
  return lines;
}

/// Everything in a folder by its name, metrics.jsonl without times.
inline std::map<std::string, std::string> contents_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  if (!fs::exists(folder)) return files;
  for (const std::string& name : files_in(folder))
    files[name] = name == "metrics.jsonl" ? timeless_metrics(folder) : file_text(folder / name);
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
