// Lines of execution on stacks of their own, for the threads of a block that wait for each other. Switching
// costs a few nanoseconds: the registers that a function must keep are saved, nothing else.
#pragma once
#include <cstddef>

namespace dg::standin {

/// A place to go on: the host's thread, or a fibre.
class Context {
 public:
  /// The host's own stack; valid on the thread that makes it.
  static Context host();
  /// A fibre that calls `body` when it is first switched to; `body` must never return. Its stack is never
  /// freed. Fibres with different `colour` start at different places of a page, so that their tops do not
  /// fight for the same cache lines.
  static Context fibre(void (*body)(), unsigned colour);

  /// Leaves this context, which must be the running one, and goes on in `next`; returns when someone switches
  /// back.
  void switch_to(Context& next);
  /// The first thing a fibre's body calls.
  static void arrived();

 private:
  void* stack_pointer_ = nullptr;
  void* fake_stack_ = nullptr;  // AddressSanitizer's
  const void* bottom_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace dg::standin
