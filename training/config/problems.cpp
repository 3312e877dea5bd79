#include "training/config/problems.h"

#include <fmt/ranges.h>

#include <utility>

namespace dg {

WrongSettings::WrongSettings(std::vector<std::string> problems)
    : Error(fmt::format("{}", fmt::join(problems, "\n"))), problems_(std::move(problems)) {}

void Problems::raise() const {
  if (!found_.empty()) throw WrongSettings(found_);
}

}  // namespace dg
