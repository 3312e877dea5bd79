// A second line of execution on a stack of its own, for the threads of a block that wait for each other.
// Switching costs a few nanoseconds: the registers a function must keep are saved, nothing else.
#pragma once
#include <cstddef>

namespace dg::standin {

class Fibre {
 public:
  /// `body` runs on the fibre's stack at the first resume() and must never return.
  explicit Fibre(void (*body)());
  ~Fibre();
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;

  /// From the thread's own stack: goes on in the fibre until it suspends.
  void resume();
  /// From inside the fibre: goes back to the resume() that woke it.
  void suspend();

 private:
  void (*body_)();
  char* stack_ = nullptr;
  void *own_ = nullptr, *home_ = nullptr;            // saved stack pointers
  void *own_fake_ = nullptr, *home_fake_ = nullptr;  // AddressSanitizer's own frames
  const void* home_bottom_ = nullptr;
  std::size_t home_size_ = 0;
  static void start();
};

}  // namespace dg::standin
