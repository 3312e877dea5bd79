// The table that drives reading, writing, checking and documenting the configuration: one line per key.
#pragma once
#include <toml++/toml.h>
#include <functional>
#include <string>
#include <vector>

#include "training/config.h"

namespace dg {

struct ConfigKey {
  std::string name;                                      // "section.key", or "key" at the top level
  std::string doc;                                       // one line
  std::string range;                                     // for people: "integer >= 1"
  std::function<bool(Config&, const toml::node&)> read;  // false: wrong type or out of range
  std::function<std::string(const Config&)> write;       // as TOML
};

/// All keys, section by section, in the order in which they are written.
const std::vector<ConfigKey>& config_keys();

}  // namespace dg
