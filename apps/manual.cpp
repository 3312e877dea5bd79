// doppel manual: the manual page doppel(1), made from the same text as --help.
#include <fmt/format.h>

#include "apps/command_text.h"
#include "apps/commands.h"
#include "apps/exit_codes.h"
#include "apps/help.h"
#include "apps/version.h"

namespace dg {
namespace {

// As text of a roff document: a backslash begins an escape, a dash would become a hyphen, and a dot or an
// apostrophe at the beginning of a line a request.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
      out += c;
    }
  }
  return out;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }

void add_option(std::string& page, const OptionText& option, bool argument) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(bold(name));
  page += fmt::format(".TP\n{}", fmt::join(names, ", "));
  if (!argument && !option.value.empty()) page += " \\fI" + roff(option.value) + "\\fR";
  page += "\n" + roff(option.what) + "\n";
}

void add_examples_of(std::string& page, const std::vector<Example>& examples) {
  for (const Example& example : examples)
    page += fmt::format(".PP\n{}\n.RS 4\n{}\n.RE\n", bold(example.command), roff(example.what));
}

void add_command(std::string& page, const CLI::App& command) {
  const CommandText text = describe(command);
  page += fmt::format(".SS {}\n{}\n.PP\nUsage: {}\n", roff(text.name), roff(text.purpose), bold(text.usage));
  for (const OptionText& argument : text.arguments) add_option(page, argument, true);
  for (const GroupText& group : text.groups) {
    page += fmt::format(".PP\n{}:\n", roff(group.name));
    for (const OptionText& option : group.options) add_option(page, option, false);
  }
  page += ".PP\nExamples:\n";
  add_examples_of(page, text.examples);
  if (text.takes_keys) page += fmt::format(".PP\n{}\n", roff(key_documents));
}

// Without a date, so that the page depends on the program alone.
std::string manual(const CLI::App& program) {
  const CommandText text = describe(program);
  std::string page = fmt::format(
      ".TH DOPPEL 1 \"\" \"doppel {}\" \"User Commands\"\n.SH NAME\ndoppel \\- {}\n.SH SYNOPSIS\n{}\n"
      ".SH DESCRIPTION\nResults go to stdout, progress and messages to stderr.\n.SH OPTIONS\n",
      roff(build_info.version), roff(program.get_description()), bold(text.usage));
  for (const GroupText& group : text.groups) {
    for (const OptionText& option : group.options) add_option(page, option, false);
  }
  page += ".SH COMMANDS\n";
  for (const CLI::App* command : all_commands(program)) {
    if (command != &program) add_command(page, *command);
  }
  page += ".SH EXIT STATUS\n";
  for (const ExitCode& code : exit_codes) page += fmt::format(".TP\n{}\n{}\n", code.code, roff(code.what));
  page += ".SH EXAMPLES\n";
  add_examples_of(page, text.examples);
  return page + fmt::format(".SH SEE ALSO\n{}\n.PP\n{}\n", roff(command_documents), roff(key_documents));
}

}  // namespace

void add_manual_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("manual", "Print the manual page, for man");
  add_examples(*command, {{"doppel manual | man -l -", "Read the manual where it is not installed."},
                          {"doppel manual >share/man/man1/doppel.1", "Write it where man looks for it."}});
  command->callback([&app] { fmt::print("{}", manual(app)); });
}

}  // namespace dg
