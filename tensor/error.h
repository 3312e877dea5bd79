// The kinds of error this project throws. The library never prints and never exits: `main` catches
// once. Standard library only, so that `sampling/` can be used alone.
#pragma once
#include <stdexcept>
#include <string>

namespace dg {

/// The caller asked for something impossible: wrong shapes, wrong settings, wrong order of calls.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A library underneath (oneDNN, cuBLAS, cuDNN, the CUDA runtime) refused; the text holds the library's own
/// words.
class BackendError : public Error {
 public:
  using Error::Error;
};

/// There is not enough memory; the text says how many bytes were asked for, where that is known.
class OutOfMemory : public BackendError {
 public:
  using BackendError::BackendError;
};

/// A file could not be read or written; the text names the path and, where there is one, line or offset.
class IoError : public Error {
 public:
  using Error::Error;
};

/// Somebody outside asked for an end of the work (a flag that a signal sets). Not a failure.
class Stopped : public Error {
 public:
  using Error::Error;
};

}  // namespace dg
