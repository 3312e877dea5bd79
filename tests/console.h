// A console that a test can read afterwards.
#pragma once
#include <cstdio>
#include <memory>
#include <string>

namespace dg {

class Console {
 public:
  std::FILE* get() const { return file_.get(); }

  /// All that was written to it.
  std::string text() const {
    std::string text;
    std::rewind(get());
    for (int c; (c = std::fgetc(get())) != EOF;) text += static_cast<char>(c);
    return text;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{std::tmpfile(), &std::fclose};
};

}  // namespace dg
