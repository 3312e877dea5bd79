#include "apps/help.h"

#include <sstream>

#include "apps/command_text.h"
#include "apps/exit_codes.h"

namespace dg {
namespace {

constexpr std::size_t second_column = 30;

// What it is called on the left, what it does on the right; under it where the left side is too long.
std::string row(const std::string& left, const std::string& right) {
  std::string line = "  " + left;
  if (line.size() + 2 > second_column) return line + "\n" + wrapped(right, second_column);
  line.resize(second_column, ' ');
  return line + wrapped(right, second_column, true);
}

std::string option_row(const OptionText& option, bool argument) {
  std::string left = fmt::format("{}", fmt::join(option.names, ", "));
  if (!argument && !option.value.empty()) left += " " + option.value;
  return row(left, option.what);
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t indent, bool continued, std::size_t width) {
  std::string out, line(indent, ' ');
  bool empty = true;
  if (continued) line.clear();
  const auto used = [&] { return (continued && out.empty() ? indent : 0) + line.size(); };
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!empty && used() + 1 + word.size() > width) {
      out += line + "\n";
      line.assign(indent, ' ');
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
  }
  return out + line + "\n";
}

std::string help_text(const CLI::App& command) {
  const CommandText text = describe(command);
  std::string out = wrapped(text.purpose, 0) + "\nUsage: " + wrapped(text.usage, 7, true);
  if (!text.subcommands.empty()) {
    out += "\nCommands:\n";
    for (const CLI::App* sub : text.subcommands) out += row(sub->get_name(), sub->get_description());
  }
  if (!text.arguments.empty()) out += "\nArguments:\n";
  for (const OptionText& argument : text.arguments) out += option_row(argument, true);
  for (const GroupText& group : text.groups) {
    out += fmt::format("\n{}:\n", group.name);
    for (const OptionText& option : group.options) out += option_row(option, false);
  }
  if (!text.examples.empty()) out += "\nExamples:\n";
  for (const Example& example : text.examples)
    out += fmt::format("  {}\n{}", example.command, wrapped(example.what, 6));
  if (command.get_parent() == nullptr) {
    out += "\nExit codes:\n";
    for (const ExitCode& code : exit_codes) out += row(fmt::format("{}", code.code), code.what);
    out += fmt::format("\ndoppel COMMAND --help has the options of a subcommand.\n{}\n{}\n",
                       command_documents, key_documents);
  } else if (text.takes_keys) {
    out += fmt::format("\n{}\n", key_documents);
  }
  return out;
}

}  // namespace dg
