// What there is to say about a subcommand and its options, taken from the command line's own tree: --help,
// the manual and completion all follow from it.
#pragma once
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "apps/options.h"

namespace dg {

struct OptionText {
  std::vector<std::string> names;  // "-h" and "--help"; of a positional argument what it is called
  std::string value;               // what option_text() says or its type asks for; empty for a flag
  std::string what;                // one sentence, and in parentheses limits and default
  bool required = false;
};

struct GroupText {
  std::string name;
  std::vector<OptionText> options;
};

struct CommandText {
  std::string name;     // "doppel bench step"
  std::string purpose;  // one sentence
  std::string usage;    // "doppel train DATA --run RUN [OPTIONS]"
  std::vector<OptionText> arguments;
  std::vector<GroupText> groups;  // in one order for all, "Help" at the end
  std::vector<const CLI::App*> subcommands;
  std::vector<Example> examples;
  bool takes_keys = false;  // there is a --set
};

CommandText describe(const CLI::App& command);

/// "doppel bench step".
std::string full_name(const CLI::App& command);

/// The words of a value "auto|cpu|cuda" or "last|best|FILE": "last" and "best". Empty for "FILE".
std::vector<std::string> words_of_value(const std::string& value);

/// Whether the --set of `command` takes this key; false where it has none.
bool takes_key(const CLI::App& command, const std::string& key);

/// Every subcommand, the program itself first, subcommands after the one that they belong to.
std::vector<const CLI::App*> all_commands(const CLI::App& program);

}  // namespace dg
