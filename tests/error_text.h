// The text of the error that an action throws, for tests that read messages. Standard library only, like the
// samplers whose tests use it.
#pragma once
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

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace dg
