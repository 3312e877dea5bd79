// The settings of several runs beside each other.
#pragma once
#include <string>
#include <vector>

#include "training/config/config.h"

namespace dg::reporting {

/// A key and its value, as TOML, in each of the configurations, in their order.
struct SettingOfRuns {
  std::string key;
  std::vector<std::string> values;
};

/// Every key, in the order of to_toml.
std::vector<SettingOfRuns> settings_of(const std::vector<Config>& configs);

/// Those in which not all configurations agree.
std::vector<SettingOfRuns> settings_that_differ(const std::vector<Config>& configs);

}  // namespace dg::reporting
