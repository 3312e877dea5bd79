// What the system says when a call on a file fails, as an error of this project.
#pragma once
#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "tensor/error.h"

namespace dg {

/// The machine could not read or write a file that may be good: too many open files, no memory, a disk or
/// network that fails or is away. Trying again may help; to go on as if the file were bad would not be true.
class Unavailable : public IoError {
 public:
  using IoError::IoError;
};

/// The user may not look into a folder or at a file; all else may be well with it.
class NotPermitted : public IoError {
 public:
  using IoError::IoError;
};

/// The system's words for an error number. (std::strerror is not thread-safe; this is.)
inline std::string system_words(int error) { return std::generic_category().message(error); }

/// Whether an error number says something about the machine and not about the file.
inline bool is_of_the_machine(int error) {
  for (const int one : {EMFILE, ENFILE, ENOMEM, ENOBUFS, EIO, ESTALE, EAGAIN, EBUSY, ETIMEDOUT, ENETDOWN,
                        ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENOTCONN, ECONNRESET, ENODEV}) {
    if (error == one) return true;
  }
  return false;
}

/// Throws Unavailable, NotPermitted or another IoError "TEXT: the system's words".
[[noreturn]] inline void throw_system_error(const std::string& text, int error) {
  const std::string message = fmt::format("{}: {}", text, system_words(error));
  if (is_of_the_machine(error)) throw Unavailable(message);
  if (error == EACCES || error == EPERM) throw NotPermitted(message);
  throw IoError(message);
}

}  // namespace dg
