// doppel check: everything about a data set that a training would trip over or that looks odd, in one go.
#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tensor/device.h"

namespace dg {

struct CheckRequest {
  std::filesystem::path data;  // a class folder, or a dataset.toml
  std::optional<std::filesystem::path> recipe;
  std::vector<std::string> settings;  // "section.key=value"
  Device device = Device::cpu;
  bool timing = true;  // whether some steps are trained to know what all of them would take
  /// Is told what is being done: so many of so many photos.
  /// Photos done so far; `all` is 0 as long as they are only looked for.
  std::function<void(std::int64_t done, std::int64_t all)> progress = [](std::int64_t, std::int64_t) {};
};

/// What was found (docs/own-photos.md has the keys). Everything that keeps a training from starting is a
/// sentence in "obstacles", and none of them hides another. Throws Unavailable or BackendError where the
/// machine fails.
nlohmann::ordered_json check_data(const CheckRequest& request);

/// The same for people. It has no number that the JSON does not have.
std::string check_text(const nlohmann::ordered_json& check);

}  // namespace dg
