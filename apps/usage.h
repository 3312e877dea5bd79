// A command line that is not understood: what is said about it. Exit code 2.
#pragma once
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <string>
#include <utility>

#include "tensor/error.h"

namespace dg {

/// Options that do not belong together, or a word that means nothing here.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// As require() of tensor/check.h, with a UsageError.
template <class... Args>
void require_usage(bool ok, const char* where, fmt::format_string<Args...> message, Args&&... args) {
  if (!ok) throw UsageError(fmt::format("[{}] {}", where, fmt::format(message, std::forward<Args>(args)...)));
}

/// What to tell people about a command line that `program` could not parse: an option or a subcommand that is
/// not there, with the one that may be meant, or what CLI11 found, in words for people. Two lines, the second
/// says how the subcommand is used.
std::string usage_message(const CLI::App& program, const CLI::ParseError& error);

/// "there is no subcommand trian; did you mean train?" for a word in the place of a subcommand of `command`.
std::string no_subcommand(const CLI::App& command, const std::string& word);

}  // namespace dg
