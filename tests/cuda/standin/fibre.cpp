#include "tests/cuda/standin/fibre.h"

#include <pthread.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstring>

#include "tests/cuda/standin/report.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#ifndef __x86_64__
#error "the stand-in switches fibres on x86-64 only"
#endif

// dg_standin_switch(save, next): pushes what the calling convention asks a function to keep, leaves the stack
// pointer in *save, and goes on where `next` was left.
extern "C" void dg_standin_switch(void** save, void* next);
asm(R"(
.text
.globl dg_standin_switch
.type dg_standin_switch, @function
dg_standin_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size dg_standin_switch, .-dg_standin_switch
)");

namespace dg::standin {
namespace {
constexpr std::size_t page = 4096, stack_bytes = std::size_t{1} << 17;
}

Context Context::host() {
  static thread_local Context out;
#ifdef __SANITIZE_ADDRESS__
  if (out.bottom_ != nullptr) return out;
  pthread_attr_t attributes;
  void* bottom = nullptr;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) report("the host's stack is unknown");
  pthread_attr_getstack(&attributes, &bottom, &out.size_);
  pthread_attr_destroy(&attributes);
  out.bottom_ = bottom;
#endif
  return out;
}

Context Context::fibre(void (*body)(), unsigned colour) {
  void* const memory = mmap(nullptr, stack_bytes + page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0)
    report("no memory for a thread's stack");
  char* const bottom = static_cast<char*>(memory) + page;  // an overflow runs into the page before
  // As dg_standin_switch leaves a stack: six registers and the address to go on at.
  char* const top = bottom + stack_bytes - colour * 320 % page;
  const auto entry = reinterpret_cast<std::uintptr_t>(body);
  std::memset(top - 64, 0, 64);
  std::memcpy(top - 16, &entry, sizeof entry);
  Context out;
  out.stack_pointer_ = top - 64;
  out.bottom_ = bottom;
  out.size_ = stack_bytes;
  return out;
}

void Context::switch_to(Context& next) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(&fake_stack_, next.bottom_, next.size_);
#endif
  dg_standin_switch(&stack_pointer_, next.stack_pointer_);
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(fake_stack_, nullptr, nullptr);
#endif
}

void Context::arrived() {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
}

}  // namespace dg::standin
