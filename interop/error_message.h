// What an exception says to people.
#pragma once
#include <exception>
#include <string>

namespace dg {

/// The text of an error of ours. For three of the standard library, whose own texts do not say it: "out of
/// memory", "PATH: why" where a file system refused, and that the system gave no more threads.
std::string error_message(const std::exception& error);

}  // namespace dg
