// What an action complains about.
#pragma once
#include <string>

#include "tensor/error.h"

namespace dg {

/// The text of the Expected that `action` throws; "no error" when it throws none.
template <class Expected = Error, class Action>
std::string error_text(const Action& action) {
  try {
    action();
  } catch (const Expected& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace dg
