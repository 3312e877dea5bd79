// The text of the error that an action throws, for tests that read messages. It needs no more of the project
// than the samplers do, whose tests use it.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "tensor/error.h"

namespace dg {

/// The text of the Expected that `action` throws; "no error" when it throws nothing.
template <class Expected = Error, class Action>
std::string error_text(const Action& action) {
  try {
    action();
  } catch (const Expected& e) {
    return e.what();
  }
  return "no error";
}

inline testing::AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in: " << text;
}

}  // namespace dg
