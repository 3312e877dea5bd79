// Loaded into a program by LD_PRELOAD, makes the n-th call of a kind fail, or end the program there:
//
//   DG_FAULT=KIND:N[+]:fail|kill   with +, every later call of the kind fails too; kill is SIGKILL, and a
//                                  write first writes half of its bytes
//   DG_FAULT_BELOW=PREFIX          which files count: those whose absolute path begins with this
//   DG_FAULT_LEAST=BYTES           which allocations count: those of at least so many bytes
//   DG_FAULT_EVERY=K               and of these the first of every K
//   DG_FAULT_SPARE=LIBRARY         and none that code of this library asks for, such as libdnnl.so
//   DG_FAULT_REPORT=FILE           gets a FaultReport
//
//   file     every call that opens, reads, writes, forces to the disk, locks, renames, removes or closes
//   disk     those of them that need room on the disk: a full one is disk:N+:fail
//   open     those that need a free descriptor: a limit that is reached is open:N+:fail
//   memory   malloc and its relatives; operator new goes through malloc
//   thread   pthread_create
//
// Counting begins with main(): what the loader and static objects do before is out of the program's hands.
// No function here allocates. Standard streams are seen where they are handed over: fwrite, fflush and fclose
// write, fread reads, whatever their buffers then do.
#include "tests/faults/fault_report.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

// What malloc and its relatives are in glibc itself: dlsym would allocate while it looks for them.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace dg {
namespace {

enum Kind { file, disk, open_, memory, thread, no_kind };
constexpr std::string_view kind_names[] = {"file", "disk", "open", "memory", "thread"};

struct Plan {
  Kind kind = no_kind;
  std::int64_t at = 0;
  bool staying = false, kill = false;
  std::string_view below = "?";  // no absolute path begins with this
  std::size_t least = 0;
  std::int64_t every = 1;
  std::uintptr_t spared_begin = 0, spared_end = 0;  // the code of the library whose allocations do not count
};

std::atomic<bool> counting = false;
std::atomic<std::int64_t> allocations = 0;
FaultReport own_report;
FaultReport* report = &own_report;
Plan plan;

std::atomic<std::int64_t>& counter(Kind kind) {
  switch (kind) {
    case file:
      return report->file;
    case disk:
      return report->disk;
    case open_:
      return report->open;
    case memory:
      return report->memory;
    default:
      return report->thread;
  }
}

// Counts a call; whether it is to fail.
bool is_due(Kind kind) {
  const std::int64_t n = ++counter(kind);
  return kind == plan.kind && (n == plan.at || (plan.staying && n > plan.at));
}

void copy_text(std::string_view text, char* to, std::size_t room) {
  const std::size_t n = std::min(text.size(), room - 1);
  std::memcpy(to, text.data(), n);
  to[n] = 0;
}

void note_fault(const char* call, std::string_view path) {
  if (report->faults++ > 0) return;
  copy_text(call, report->call.data(), report->call.size());
  copy_text(path, report->path.data(), report->path.size());
}

[[noreturn]] void end_program() {
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();
}

struct Path {
  std::array<char, 4096> text{};
  std::size_t size = 0;
  std::string_view view() const { return {text.data(), size}; }
};

Path path_of(int descriptor) {
  Path path;
  std::array<char, 32> link{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  const long n = ::syscall(SYS_readlink, link.data(), path.text.data(), path.text.size());
  path.size = n > 0 ? static_cast<std::size_t>(n) : 0;
  return path;
}

// What a call does to its file decides of which kinds it is, beside `file`.
enum Needs { nothing, room, descriptor, room_and_descriptor };

// Counts a call on a file. Where it is due, `before_kill` is done and the program ends, or true is returned
// and errno is set.
template <class BeforeKill>
bool fails(const char* call, std::string_view path, Needs needs, int error, const BeforeKill& before_kill) {
  if (!counting || !path.starts_with(plan.below)) return false;
  bool due = is_due(file);
  const auto index = static_cast<std::size_t>(report->file.load());
  if (std::string_view(call) == "write" && index < report->is_write.size()) report->is_write[index] = 1;
  if (needs == room || needs == room_and_descriptor) due |= is_due(disk);
  if (needs == descriptor || needs == room_and_descriptor) due |= is_due(open_);
  if (!due) return false;
  note_fault(call, path);
  if (plan.kill) {
    counting = false;
    before_kill();
    end_program();
  }
  errno = error;
  return true;
}

bool fails(const char* call, std::string_view path, Needs needs, int error) {
  return fails(call, path, needs, error, [] {});
}

bool fails(const char* call, int descriptor_, Needs needs, int error) {
  if (!counting) return false;
  const int before = errno;
  const Path path = path_of(descriptor_);
  errno = before;
  return fails(call, path.view(), needs, error);
}

bool write_fails(const char* call, int descriptor_, const void* bytes, std::size_t size) {
  if (!counting) return false;
  return fails(call, path_of(descriptor_).view(), room, ENOSPC, [&] {
    if (::syscall(SYS_write, descriptor_, bytes, size / 2) < 0) return;
  });
}

bool open_fails(const char* call, const char* path, bool creates) {
  const bool full = creates && plan.kind == disk;
  return fails(call, path, creates ? room_and_descriptor : descriptor, full ? ENOSPC : EMFILE);
}

bool memory_fails(std::size_t bytes, const void* caller) {
  if (!counting || bytes < plan.least) return false;
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  if (address >= plan.spared_begin && address < plan.spared_end) return false;
  if (allocations++ % plan.every != 0 || !is_due(memory)) return false;
  note_fault("malloc", "");
  if (plan.kill) end_program();
  errno = ENOMEM;
  return true;
}

// The function of this name that the program would have called without this library.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int find_spared(dl_phdr_info* library, std::size_t, void* name) {
  if (std::strstr(library->dlpi_name, static_cast<const char*>(name)) == nullptr) return 0;
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const auto& part = library->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
    plan.spared_begin = library->dlpi_addr + part.p_vaddr;
    plan.spared_end = plan.spared_begin + part.p_memsz;
  }
  return 1;
}

void read_plan() {
  if (const char* text = std::getenv("DG_FAULT")) {
    std::string_view left = text;
    const auto word = [&left] {
      const std::string_view first = left.substr(0, left.find(':'));
      left.remove_prefix(std::min(left.size(), first.size() + 1));
      return first;
    };
    const std::string_view kind = word(), at = word(), effect = word();
    plan.kind = static_cast<Kind>(std::find(std::begin(kind_names), std::end(kind_names), kind) -
                                  std::begin(kind_names));
    plan.at = std::atoll(at.data());
    plan.staying = at.ends_with('+');
    plan.kill = effect == "kill";
  }
  if (const char* text = std::getenv("DG_FAULT_BELOW")) plan.below = text;
  if (const char* text = std::getenv("DG_FAULT_LEAST")) plan.least = std::strtoull(text, nullptr, 10);
  if (const char* text = std::getenv("DG_FAULT_EVERY")) plan.every = std::max(1ll, std::atoll(text));
  if (char* name = std::getenv("DG_FAULT_SPARE")) ::dl_iterate_phdr(find_spared, name);
  const char* text = std::getenv("DG_FAULT_REPORT");
  if (text == nullptr) return;
  const int descriptor_ = ::open(text, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0 || ::ftruncate(descriptor_, sizeof(FaultReport)) != 0) std::abort();
  void* memory_ = ::mmap(nullptr, sizeof(FaultReport), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory_ == MAP_FAILED) std::abort();
  ::close(descriptor_);
  report = static_cast<FaultReport*>(memory_);
}

using Main = int(int, char**, char**);
Main* program_main = nullptr;

int counted_main(int argc, char** argv, char** environment) {
  read_plan();
  counting = true;
  return program_main(argc, argv, environment);
}

}  // namespace
}  // namespace dg

// A call that may fail and is otherwise handed on. The function is looked for once: a static object's guard
// allocates nothing.
#define DG_NEXT(name) static auto* const real = dg::next<decltype(name)>(#name)

// Who asks for memory. For operator new this is not the standard library but whoever called it.
#define DG_CALLER __builtin_return_address(0)

void* operator new(std::size_t bytes) {
  if (!dg::memory_fails(bytes, DG_CALLER)) {
    if (void* const data = __libc_malloc(std::max<std::size_t>(bytes, 1))) return data;
  }
  throw std::bad_alloc();
}
void operator delete(void* data) noexcept { std::free(data); }
void operator delete(void* data, std::size_t) noexcept { std::free(data); }

extern "C" {

int __libc_start_main(int (*program)(int, char**, char**), int argc, char** argv, void (*init)(),
                      void (*fini)(), void (*rtld_fini)(), void* stack_end) {
  using Start = int(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*);
  dg::program_main = program;
  return dg::next<Start>("__libc_start_main")(dg::counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}

void* malloc(std::size_t bytes) noexcept {
  return dg::memory_fails(bytes, DG_CALLER) ? nullptr : __libc_malloc(bytes);
}
void* calloc(std::size_t n, std::size_t bytes) noexcept {
  return dg::memory_fails(n * bytes, DG_CALLER) ? nullptr : __libc_calloc(n, bytes);
}
void* realloc(void* old, std::size_t bytes) noexcept {
  return bytes > 0 && dg::memory_fails(bytes, DG_CALLER) ? nullptr : __libc_realloc(old, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  return dg::memory_fails(bytes, DG_CALLER) ? nullptr : __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  return dg::memory_fails(bytes, DG_CALLER) ? nullptr : __libc_memalign(alignment, bytes);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t bytes) noexcept {
  void* const data = dg::memory_fails(bytes, DG_CALLER) ? nullptr : __libc_memalign(alignment, bytes);
  if (data == nullptr) return ENOMEM;
  *out = data;
  return 0;
}

int pthread_create(pthread_t* id, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) noexcept {
  if (dg::counting && dg::is_due(dg::thread)) {
    dg::note_fault("pthread_create", "");
    if (dg::plan.kill) dg::end_program();
    return EAGAIN;
  }
  DG_NEXT(pthread_create);
  return real(id, attributes, run, argument);
}

#define DG_OPEN(name)                                                                          \
  int name(const char* path, int flags, ...) {                                                 \
    va_list more;                                                                              \
    va_start(more, flags);                                                                     \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;       \
    va_end(more);                                                                              \
    DG_NEXT(name);                                                                             \
    return dg::open_fails(#name, path, (flags & O_CREAT) != 0) ? -1 : real(path, flags, mode); \
  }
DG_OPEN(open)
DG_OPEN(open64)

#define DG_FOPEN(name)                                                                                  \
  FILE* name(const char* path, const char* mode) {                                                      \
    DG_NEXT(name);                                                                                      \
    return dg::open_fails(#name, path, std::strchr(mode, 'r') == nullptr) ? nullptr : real(path, mode); \
  }
DG_FOPEN(fopen)
DG_FOPEN(fopen64)

DIR* opendir(const char* path) {
  DG_NEXT(opendir);
  return dg::open_fails("opendir", path, false) ? nullptr : real(path);
}

ssize_t read(int descriptor, void* to, std::size_t size) {
  DG_NEXT(read);
  return dg::fails("read", descriptor, dg::nothing, EIO) ? -1 : real(descriptor, to, size);
}
ssize_t pread(int descriptor, void* to, std::size_t size, off_t offset) {
  DG_NEXT(pread);
  return dg::fails("pread", descriptor, dg::nothing, EIO) ? -1 : real(descriptor, to, size, offset);
}
std::size_t fread(void* to, std::size_t size, std::size_t n, FILE* stream) {
  DG_NEXT(fread);
  if (!dg::fails("fread", ::fileno(stream), dg::nothing, EIO)) return real(to, size, n, stream);
  stream->_flags |= 0x20;  // what ferror() looks at
  return 0;
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  DG_NEXT(write);
  return dg::write_fails("write", descriptor, bytes, size) ? -1 : real(descriptor, bytes, size);
}
ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  DG_NEXT(pwrite);
  return dg::fails("pwrite", descriptor, dg::room, ENOSPC) ? -1 : real(descriptor, bytes, size, offset);
}
ssize_t writev(int descriptor, const iovec* parts, int n) {
  DG_NEXT(writev);
  return dg::write_fails("writev", descriptor, parts->iov_base, parts->iov_len) ? -1
                                                                                : real(descriptor, parts, n);
}

// Bytes that a stream has and its file has not.
static bool stream_fails(const char* call, FILE* stream) {
  const auto pending = static_cast<std::size_t>(stream->_IO_write_ptr - stream->_IO_write_base);
  return dg::write_fails(call, ::fileno(stream), stream->_IO_write_base, pending);
}
static void drop_pending(FILE* stream) { stream->_IO_write_ptr = stream->_IO_write_base; }

std::size_t fwrite(const void* bytes, std::size_t size, std::size_t n, FILE* stream) {
  DG_NEXT(fwrite);
  return dg::write_fails("fwrite", ::fileno(stream), bytes, size * n) ? 0 : real(bytes, size, n, stream);
}
int fflush(FILE* stream) {
  DG_NEXT(fflush);
  if (stream == nullptr || !stream_fails("fflush", stream)) return real(stream);
  drop_pending(stream);
  return EOF;
}
int fclose(FILE* stream) {
  DG_NEXT(fclose);
  const bool writes = stream->_IO_write_ptr != stream->_IO_write_base;
  if (!(writes ? stream_fails("fclose", stream) : dg::fails("fclose", ::fileno(stream), dg::nothing, EIO)))
    return real(stream);
  const int error = errno;
  drop_pending(stream);
  real(stream);
  errno = error;
  return EOF;
}

int fsync(int descriptor) {
  DG_NEXT(fsync);
  return dg::fails("fsync", descriptor, dg::nothing, EIO) ? -1 : real(descriptor);
}
int ftruncate(int descriptor, off_t size) noexcept {
  DG_NEXT(ftruncate);
  return dg::fails("ftruncate", descriptor, dg::nothing, EIO) ? -1 : real(descriptor, size);
}
int flock(int descriptor, int how) noexcept {
  DG_NEXT(flock);
  return dg::fails("flock", descriptor, dg::nothing, ENOLCK) ? -1 : real(descriptor, how);
}
int close(int descriptor) {
  DG_NEXT(close);
  if (!dg::fails("close", descriptor, dg::nothing, EIO)) return real(descriptor);
  real(descriptor);  // the descriptor is free all the same, as on Linux
  errno = EIO;
  return -1;
}
int rename(const char* from, const char* to) noexcept {
  DG_NEXT(rename);
  return dg::fails("rename", to, dg::nothing, EIO) ? -1 : real(from, to);
}
int unlink(const char* path) noexcept {
  DG_NEXT(unlink);
  return dg::fails("unlink", path, dg::nothing, EIO) ? -1 : real(path);
}
int remove(const char* path) noexcept {
  DG_NEXT(remove);
  return dg::fails("remove", path, dg::nothing, EIO) ? -1 : real(path);
}
int mkdir(const char* path, mode_t mode) noexcept {
  DG_NEXT(mkdir);
  return dg::fails("mkdir", path, dg::room, ENOSPC) ? -1 : real(path, mode);
}

}  // extern "C"
