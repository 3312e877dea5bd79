// Usage: PROGRAM BUG [mended]. Exits with 0 if nothing went wrong.
#include <cstdio>
#include <exception>
#include <string_view>

#include "tests/cuda/bugs/bugs.h"

int main(int count, char** arguments) {
  const auto found = dg::standin::bugs().find(count > 1 ? arguments[1] : "");
  if (found == dg::standin::bugs().end()) {
    // Not a failure, because the tests of the bugs want one.
    std::fprintf(stderr, "no such bug\n");
    return 0;
  }
  const bool mended = count > 2 && std::string_view(arguments[2]) == "mended";
  try {
    if (found->second(mended)) return 0;
    std::fprintf(stderr, "the result is wrong\n");
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
  }
  return 1;
}
