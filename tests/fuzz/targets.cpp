#include "fuzz/targets.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "interop/whole_file.h"
#include "temporary.h"
#include "tensor/error.h"

namespace dg::fuzz {

bool accepted(const std::function<void()>& read) {
  try {
    read();
  } catch (const Error&) {
    return false;
  }
  return true;
}

void expect(bool ok, const char* what) {
  if (!ok) throw std::logic_error(what);
}

const std::filesystem::path& folder(const std::string& target) {
  static std::map<std::string, std::filesystem::path> made;
  std::filesystem::path& path = made[target];
  if (path.empty()) {
    path = temporary_folder() / ("fuzz_" + target);
    std::filesystem::create_directories(path);
  }
  return path;
}

std::filesystem::path file_of(const std::filesystem::path& path, Input bytes) {
  write_file_bytes(path, bytes);
  return path;
}

std::uint8_t take_byte(Input& input) {
  const Input first = take(input, 1);
  return first.empty() ? std::uint8_t{0} : first[0];
}

std::size_t take_number(Input& input) {
  const std::size_t low = take_byte(input);
  return low | static_cast<std::size_t>(take_byte(input)) << 8;
}

Input take(Input& input, std::size_t size) {
  const Input first = input.first(std::min(size, input.size()));
  input = input.subspan(first.size());
  return first;
}

}  // namespace dg::fuzz
