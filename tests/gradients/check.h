// One gradient check of the suite: runs it, prints one line per input and fails the test with the checker's
// own words.
#pragma once
#include <gtest/gtest.h>

#include <cstdio>

#include "autograd/gradcheck.h"

namespace dg {

/// Only operations whose name contains this are checked.
inline std::string& only_operations_with() {
  static std::string part;
  return part;
}
inline int& operations_checked() {
  static int count = 0;
  return count;
}

inline void expect_gradients(const std::string& operation,
                             const std::function<Var(const std::vector<Var>&)>& f,
                             const std::vector<NamedInput>& inputs, const GradcheckOptions& options = {}) {
  if (operation.find(only_operations_with()) == std::string::npos) return;
  ++operations_checked();
  const GradcheckReport report = gradcheck(f, inputs, options);
  for (const GradcheckRow& row : report.rows) {
    std::printf("%-28s %-10s %5lld coordinates checked, largest error %.1e, tolerance %.1e\n",
                operation.c_str(), row.input.c_str(), static_cast<long long>(row.coordinates),
                row.largest_error, row.tolerance_there);
  }
  EXPECT_TRUE(report.ok()) << operation << ":\n" << report.text();
}

}  // namespace dg
