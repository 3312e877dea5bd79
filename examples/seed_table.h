// The figures of an experiment with several arms and seeds: one line per run, then mean and standard
// deviation of each arm over its seeds (of the sample: divided by n - 1), and the same as JSON, one object
// per run.
#pragma once
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tensor/check.h"

namespace dg {

class SeedTable {
 public:
  using Figures = std::vector<double>;

  /// `names` of the figures; `json`: the file for the JSON lines, empty for none.
  SeedTable(std::vector<std::string> names, const std::string& json) : names_(std::move(names)) {
    if (!json.empty()) {
      json_.open(json, std::ios::binary);
      if (!json_) throw IoError(fmt::format("{}: cannot be written", json));
    }
    fmt::print("{:<9} {:>5}", "arm", "seed");
    for (const std::string& name : names_) fmt::print(" {:>14}", name);
    fmt::print("\n");
    std::fflush(stdout);
  }

  /// Prints and keeps the figures of one run.
  void add(const std::string& arm, std::uint64_t seed, const Figures& figures) {
    require(figures.size() == names_.size(), "seed_table", "needs {} figures, got {}", names_.size(),
            figures.size());
    if (arms_.empty() || arms_.back().name != arm) arms_.push_back({arm, {}});
    arms_.back().runs.push_back(figures);
    print(arm, fmt::format("{}", seed), figures);
    if (!json_.is_open()) return;
    nlohmann::ordered_json line{{"arm", arm}, {"seed", seed}};
    for (std::size_t f = 0; f < names_.size(); ++f) line[names_[f]] = figures[f];
    json_ << line.dump() << std::endl;  // at once: whoever stops the experiment keeps what is done
    if (!json_) throw IoError("[seed_table] the JSON file cannot be written");
  }

  /// Prints mean and standard deviation of every arm with several runs.
  void print_means() const {
    for (const Arm& arm : arms_) {
      if (arm.runs.size() < 2) continue;
      print(arm.name, "mean", mean(arm));
      print(arm.name, "SD", deviation(arm));
    }
  }

  /// Mean of figure `name` over the runs of `arm`. Error when there are none.
  double mean(const std::string& arm, const std::string& name) const {
    const auto f = static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
    for (const Arm& a : arms_) {
      if (a.name == arm && f < names_.size()) return mean(a)[f];
    }
    throw Error(fmt::format("[seed_table] there is no {} of {}", name, arm));
  }

 private:
  struct Arm {
    std::string name;
    std::vector<Figures> runs;
  };

  static Figures mean(const Arm& arm) {
    Figures sum(arm.runs[0].size());
    for (const Figures& run : arm.runs) {
      for (std::size_t f = 0; f < sum.size(); ++f) sum[f] += run[f] / static_cast<double>(arm.runs.size());
    }
    return sum;
  }

  static Figures deviation(const Arm& arm) {
    const Figures centre = mean(arm);
    Figures sd(centre.size());
    for (std::size_t f = 0; f < sd.size(); ++f) {
      for (const Figures& run : arm.runs) sd[f] += (run[f] - centre[f]) * (run[f] - centre[f]);
      sd[f] = std::sqrt(sd[f] / static_cast<double>(arm.runs.size() - 1));
    }
    return sd;
  }

  static void print(const std::string& arm, const std::string& what, const Figures& figures) {
    fmt::print("{:<9} {:>5}", arm, what);
    for (const double f : figures) fmt::print(" {:>14.3f}", f);
    fmt::print("\n");
    std::fflush(stdout);
  }

  std::vector<std::string> names_;
  std::vector<Arm> arms_;
  std::ofstream json_;
};

}  // namespace dg
