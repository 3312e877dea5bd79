#include "interop/error_message.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <system_error>

#include "tensor/error.h"

namespace dg {
namespace {

TEST(ErrorMessage, NamesWhatTheStandardLibraryDoesNot) {
  EXPECT_EQ(error_message(IoError("file: why")), "file: why");
  EXPECT_EQ(error_message(std::bad_alloc()), "out of memory");
  EXPECT_EQ(error_message(std::bad_array_new_length()), "out of memory");
  const std::system_error no_thread(std::make_error_code(std::errc::resource_unavailable_try_again));
  EXPECT_EQ(error_message(no_thread),
            "a thread could not be started: Resource temporarily unavailable; ask for fewer");
  const auto denied = std::make_error_code(std::errc::permission_denied);
  EXPECT_EQ(error_message(std::filesystem::filesystem_error("cannot remove", "/a/b", denied)),
            "/a/b: Permission denied");
  EXPECT_EQ(error_message(std::filesystem::filesystem_error("cannot say where", denied)),
            "Permission denied");
}

}  // namespace
}  // namespace dg
