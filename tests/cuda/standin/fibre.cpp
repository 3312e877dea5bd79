#include "tests/cuda/standin/fibre.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>

#include "tests/cuda/standin/report.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

// dg_standin_switch(save, next): pushes what the calling convention asks a function to keep, leaves the stack
// pointer in *save, and goes on where `next` was left.
extern "C" void dg_standin_switch(void** save, void* next);
#ifndef __x86_64__
#error "the stand-in switches fibres on x86-64 only"
#endif
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

Fibre* starting = nullptr;  // the fibre whose first resume() is under way

}  // namespace

Fibre::Fibre(void (*body)()) : body_(body) {
  void* const memory = mmap(nullptr, stack_bytes + page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0)
    report("no memory for a thread's stack");
  stack_ = static_cast<char*>(memory) + page;  // an overflow runs into the page before
  // As dg_standin_switch leaves a stack: six registers and the address to go on at.
  const auto entry = reinterpret_cast<std::uintptr_t>(&Fibre::start);
  char* const top = stack_ + stack_bytes;
  std::memset(top - 64, 0, 64);
  std::memcpy(top - 16, &entry, sizeof entry);
  own_ = top - 64;
}

Fibre::~Fibre() { munmap(stack_ - page, stack_bytes + page); }

void Fibre::start() {
  Fibre* const self = starting;
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(nullptr, &self->home_bottom_, &self->home_size_);
#endif
  self->body_();
}

void Fibre::resume() {
  starting = this;
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(&home_fake_, stack_, stack_bytes);
#endif
  dg_standin_switch(&home_, own_);
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(home_fake_, nullptr, nullptr);
#endif
}

void Fibre::suspend() {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(&own_fake_, home_bottom_, home_size_);
#endif
  dg_standin_switch(&own_, home_);
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(own_fake_, &home_bottom_, &home_size_);
#endif
}

}  // namespace dg::standin
