// Names of identities in messages.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace dg {

/// Those of `names` that are not among `others`, in their order.
template <class Names>
std::vector<std::string> missing_names(const Names& names, const std::set<std::string>& others) {
  std::vector<std::string> result;
  std::copy_if(names.begin(), names.end(), std::back_inserter(result),
               [&](const std::string& name) { return !others.contains(name); });
  return result;
}

/// "a, b, c", of more than five the first five and "...": enough to see what is meant.
inline std::string first_five(const std::vector<std::string>& names) {
  const auto end = names.begin() + std::min<std::ptrdiff_t>(5, std::ssize(names));
  return fmt::format("{}{}", fmt::join(names.begin(), end, ", "), end == names.end() ? "" : ", ...");
}

}  // namespace dg
