// Checks with the project's message form: `[conv2d] weight must be [out, 3, 3, 64], got [128, 3, 3, 32]`.
#pragma once
#include <fmt/format.h>

#include <utility>

#include "tensor/error.h"

namespace dg {

/// Throws Error("[where] message") unless `ok`. The message is formatted only on failure.
template <class... Args>
void require(bool ok, const char* where, fmt::format_string<Args...> message, Args&&... args) {
  if (!ok) [[unlikely]] {
    throw Error(fmt::format("[{}] {}", where, fmt::format(message, std::forward<Args>(args)...)));
  }
}

}  // namespace dg
