#include "interop/error_message.h"

#include <fmt/format.h>

#include <filesystem>
#include <new>
#include <system_error>

namespace dg {

std::string error_message(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "out of memory";
  const auto* const system = dynamic_cast<const std::system_error*>(&error);
  if (system != nullptr && system->code() == std::errc::resource_unavailable_try_again)
    return fmt::format("a thread could not be started: {}; ask for fewer", system->code().message());
  const auto* const file = dynamic_cast<const std::filesystem::filesystem_error*>(&error);
  if (file == nullptr) return error.what();
  const std::string why = file->code().message();
  return file->path1().empty() ? why : fmt::format("{}: {}", file->path1().string(), why);
}

}  // namespace dg
