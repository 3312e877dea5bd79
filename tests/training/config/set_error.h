#pragma once
#include "error_text.h"
#include "training/config/config.h"

namespace dg {

/// The error of a configuration with one setting, as given by --set.
inline std::string set_error(const std::string& setting) {
  return error_text([&] { load_config({}, {setting}); });
}

}  // namespace dg
