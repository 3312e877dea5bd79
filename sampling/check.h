// Checks with messages in the project's form, `[where] x must be ..., got ...`, from the standard library
// alone: tensor/check.h needs fmt, and the samplers can be used without the framework.
#pragma once
#include <sstream>

#include "tensor/error.h"

namespace dg {

/// Throws Error("[where] " + parts) unless `ok`. The message is put together only on failure.
template <class... Parts>
void demand(bool ok, const char* where, const Parts&... parts) {
  if (ok) [[likely]]
    return;
  std::ostringstream text;
  text << '[' << where << "] ";
  (text << ... << parts);
  throw Error(text.str());
}

}  // namespace dg
