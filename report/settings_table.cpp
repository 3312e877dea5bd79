#include "report/settings_table.h"

#include <algorithm>

#include "training/config/keys.h"

namespace dg::reporting {

std::vector<SettingOfRuns> settings_of(const std::vector<Config>& configs) {
  std::vector<SettingOfRuns> all;
  for (const config::Key& key : config::keys()) {
    SettingOfRuns& setting = all.emplace_back(SettingOfRuns{.key = key.name});
    for (const Config& config : configs) setting.values.push_back(key.write(config));
  }
  return all;
}

std::vector<SettingOfRuns> settings_that_differ(const std::vector<Config>& configs) {
  std::vector<SettingOfRuns> all = settings_of(configs);
  std::erase_if(all, [](const SettingOfRuns& setting) {
    return std::ranges::all_of(setting.values,
                               [&](const std::string& value) { return value == setting.values[0]; });
  });
  return all;
}

}  // namespace dg::reporting
