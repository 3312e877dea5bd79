// The text of the Error that a call throws, for tests that read messages.
#pragma once
#include <string>

#include "tensor/error.h"

namespace dg {

/// "" when `call` throws nothing.
template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace dg
