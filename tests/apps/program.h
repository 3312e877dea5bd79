// Runs the program `doppel` as a shell would: its own process, stdout and stderr kept apart.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "error_text.h"
#include "tests/training/tiny_run.h"

namespace dg {

using Words = std::vector<std::string>;

inline std::string file_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What a program left. `code` is its exit code; -n if signal n ended it.
struct Finished {
  int code = 0;
  std::string out, err;
};

/// `doppel` beside this test program, running with `arguments`. `largest_file`, in bytes, stands for a disk
/// that is nearly full: a write beyond it fails. `environment` has NAME=value to add; `most_memory`, in bytes
/// of addresses, is where the system refuses more.
class Program {
 public:
  explicit Program(const Words& arguments, std::optional<std::size_t> largest_file = std::nullopt,
                   const Words& environment = {}, std::optional<std::size_t> most_memory = std::nullopt)
      : folder_(fresh_folder("program_" + std::to_string(started_++))) {
    const std::string program = (fs::read_symlink("/proc/self/exe").parent_path() / "doppel").string();
    const std::string out = (folder_ / "out").string(), err = (folder_ / "err").string();
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    process_ = ::fork();
    if (process_ != 0) return;
    for (const std::string& variable : environment) ::putenv(const_cast<char*>(variable.c_str()));
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDERR_FILENO);
    if (largest_file) {
      std::signal(SIGXFSZ, SIG_IGN);  // so that write() fails with EFBIG, as with ENOSPC on a full disk
      const rlimit limit{*largest_file, *largest_file};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (most_memory) {
      const rlimit limit{*most_memory, *most_memory};
      ::setrlimit(RLIMIT_AS, &limit);
    }
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (!finished_) {
      send(SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    fs::remove_all(folder_);
  }

  pid_t process() const { return process_; }
  void send(int signal) const { ::kill(process_, signal); }

  bool running() {
    if (!finished_) finished_ = ::waitpid(process_, &status_, WNOHANG) == process_;
    return !finished_;
  }

  /// Waits until `event` is true; false if the program ends before, or after two minutes. Looks are counted,
  /// not the clock, so that a machine that is busy, or has both processes stopped for a while, gets its time.
  template <class Event>
  bool wait_for(const Event& event) {
    for (int looks = 0; looks < 120'000; ++looks) {
      if (event()) return true;
      if (!running()) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  Finished finish() {
    wait_for([] { return false; });
    if (!finished_) {
      ADD_FAILURE() << "doppel did not end; it is killed";
      send(SIGKILL);
      finished_ = ::waitpid(process_, &status_, 0) == process_;
    }
    return {WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_), file_text(folder_ / "out"),
            file_text(folder_ / "err")};
  }

 private:
  inline static int started_ = 0;
  fs::path folder_;
  pid_t process_ = -1;
  int status_ = 0;
  bool finished_ = false;
};

inline Finished doppel(const Words& arguments) { return Program(arguments).finish(); }

/// `doppel train DATA --run RUN` with the tiny settings and no evaluation; `more` comes last and wins.
inline Words train_words(const fs::path& data, const fs::path& run, const Words& more = {}) {
  Words words{"train", data.string(), "--run", run.string(), "--device", "cpu", "--threads", "1"};
  for (const std::string& setting : tiny_settings) words.insert(words.end(), {"--set", setting});
  words.insert(words.end(), {"--set", "evaluate.every=0"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// The names of the files in a folder and below, in order.
inline Words files_in(const fs::path& folder) {
  Words names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) names.push_back(fs::relative(entry.path(), folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace dg
