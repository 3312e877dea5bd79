// Loaded into a program by LD_PRELOAD, puts every allocation of 256 bytes or more at the end of a page behind
// which nothing may be read or written: whatever goes beyond it ends the program with SIGSEGV there and then,
// and so does the use of what was freed, since addresses are not given out again. What was written before an
// allocation, or into the few bytes between its end and the alignment, is found when it is freed: SIGABRT.
// The sanitizers see code that a compiler made; this sees what oneDNN makes while it runs as well.
//
//   DG_OVERRUN=1   writes a byte too far when it is loaded, to show that this is found
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

// What malloc and its relatives are in glibc itself.
extern "C" {
void* __libc_malloc(std::size_t);
void __libc_free(void*);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace {

constexpr std::size_t page = 4096, least = 256, space = std::size_t{1} << 43;
// Each splits the reserved addresses twice, and Linux allows a process 65,530 parts.
constexpr std::int64_t most_live = 20'000;
constexpr unsigned char before_it = 0xA5, behind_it = 0x5A;

// The first page of an allocation; the bytes before `user`, the allocation and those behind it come next, and
// then the page that nobody may touch.
struct Header {
  std::size_t bytes, mapped;
};

std::atomic<std::size_t> used = 0;
std::atomic<std::int64_t> live = 0;

unsigned char* reserved() {
  static auto* const all = static_cast<unsigned char*>(
      ::mmap(nullptr, space, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  return all;
}

bool is_guarded(const void* p) {
  const auto at = reinterpret_cast<std::uintptr_t>(p), first = reinterpret_cast<std::uintptr_t>(reserved());
  return at >= first && at < first + space;
}

Header* header_of(void* p) {
  return reinterpret_cast<Header*>((reinterpret_cast<std::uintptr_t>(p) & ~(page - 1)) - page);
}

// Null where the allocation is none of those that are guarded.
void* guarded(std::size_t alignment, std::size_t bytes) {
  alignment = std::max<std::size_t>(alignment, alignof(std::max_align_t));
  if (bytes < least || alignment > page || live >= most_live || reserved() == MAP_FAILED) return nullptr;
  const std::size_t room = (bytes + page - 1) / page * page, mapped = page + room;
  const std::size_t at = used.fetch_add(mapped + page);
  if (at + mapped + page > space) return nullptr;
  unsigned char* const first = reserved() + at;
  if (::mprotect(first, mapped, PROT_READ | PROT_WRITE) != 0) return nullptr;
  unsigned char *const end = first + mapped, *user = end - bytes;
  user -= reinterpret_cast<std::uintptr_t>(user) % alignment;
  *reinterpret_cast<Header*>(first) = {bytes, mapped};
  std::fill(first + page, user, before_it);
  std::fill(user + bytes, end, behind_it);
  ++live;
  return user;
}

void give_back(void* p) {
  Header* const header = header_of(p);
  auto* const user = static_cast<unsigned char*>(p);
  auto* const first = reinterpret_cast<unsigned char*>(header);
  const auto other_than = [](unsigned char expected) {
    return [expected](unsigned char c) { return c != expected; };
  };
  if (std::any_of(first + page, user, other_than(before_it)) ||
      std::any_of(user + header->bytes, first + header->mapped, other_than(behind_it))) {
    constexpr std::string_view message = "guarded memory: written outside of an allocation\n";
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, message.data(), message.size());
    std::abort();
  }
  --live;
  ::mmap(first, header->mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

[[gnu::constructor]] void overrun() {
  if (std::getenv("DG_OVERRUN") == nullptr) return;
  constexpr std::size_t bytes = 512;
  volatile std::size_t too_far = bytes;  // volatile, so that no compiler warns of what is meant
  auto* const block = static_cast<volatile unsigned char*>(std::malloc(bytes));
  block[too_far] = 0;
}

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) noexcept {
  void* const p = guarded(0, bytes);
  return p != nullptr ? p : __libc_malloc(bytes);
}

void free(void* p) noexcept {
  if (p == nullptr) return;
  is_guarded(p) ? give_back(p) : __libc_free(p);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
  void* const p = guarded(0, bytes);  // fresh pages are zero
  return p != nullptr ? p : __libc_calloc(count, size);
}

void* realloc(void* p, std::size_t bytes) noexcept {
  if (p == nullptr) return malloc(bytes);
  if (!is_guarded(p)) return __libc_realloc(p, bytes);
  void* const larger = malloc(bytes);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, p, std::min(bytes, header_of(p)->bytes));
  give_back(p);
  return larger;
}

void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  void* const p = guarded(alignment, bytes);
  return p != nullptr ? p : __libc_memalign(alignment, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept { return memalign(alignment, bytes); }

int posix_memalign(void** to, std::size_t alignment, std::size_t bytes) noexcept {
  void* const p = memalign(alignment, bytes);
  if (p == nullptr) return ENOMEM;
  *to = p;
  return 0;
}

}  // extern "C"
