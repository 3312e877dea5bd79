#pragma once
#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

namespace dg {

using Json = nlohmann::ordered_json;  // keys in the order in which they were printed

inline Words keys(const Json& json) {
  Words names;
  for (const auto& [key, value] : json.items()) names.push_back(key);
  return names;
}

}  // namespace dg
