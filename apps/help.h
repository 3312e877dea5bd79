// The text of --help: purpose, usage, options in groups, examples, where keys are documented.
#pragma once
#include <CLI/CLI.hpp>

#include <string>

namespace dg {

/// In lines of at most 100 columns.
std::string help_text(const CLI::App& command);

/// --help of `doppel` and of every subcommand.
class HelpFormatter : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* command, std::string, CLI::AppFormatMode) const override {
    return help_text(*command);
  }
};

/// Where the keys of --set, and everything about the command line, are documented.
inline constexpr const char* key_documents =
    "Keys of --set and of recipes: docs/configuration.md (installed: share/doppel/docs/configuration.md).";
inline constexpr const char* command_documents =
    "Subcommands, exit codes and completion: docs/commands.md (installed: share/doppel/docs/commands.md).";

/// The text in lines of at most `width` columns, each behind `indent` spaces; the first of them is left out
/// if it is `continued` behind something else.
std::string wrapped(const std::string& text, std::size_t indent, bool continued = false,
                    std::size_t width = 100);

}  // namespace dg
