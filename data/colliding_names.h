// People whose folders have nearly the same name. They stay two people; but they may be one.
#pragma once
#include <string>
#include <vector>

namespace dg {

struct CollidingNames {
  std::vector<std::string> names;  // two or more, in the order given
  // What is the same but for: "case" of letters; "unicode", one or two code points for a letter with a mark
  // (NFC and NFD); "spaces" at the ends. Several where it takes several.
  std::vector<std::string> differ_in;
};

/// Groups of names that are equal without regard to case, form of Unicode and spaces at the ends. The case of
/// letters outside ASCII is known by the C library's locale C.UTF-8.
std::vector<CollidingNames> colliding_names(const std::vector<std::string>& names);

}  // namespace dg
