#include "apps/command_text.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "training/run/classifier_run.h"

namespace dg {
namespace {

constexpr const char* help_group = "Help";

// The order of the groups, whatever order the options were added in.
std::size_t rank(const std::string& name) {
  const std::string order[] = {group::data, group::training, group::measurement, group::output,
                               group::machine};
  return static_cast<std::size_t>(std::find(std::begin(order), std::end(order), name) - order);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

std::string value_word(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "";  // a flag
  if (!option.get_option_text().empty()) return option.get_option_text();
  const std::string type = option.get_type_name();
  if (type.starts_with("INT") || type.starts_with("UINT")) return value::number;
  return type.starts_with("FLOAT") ? value::real : "TEXT";
}

// The type's name is followed by the descriptions of what its values are checked for.
std::string in_parentheses(const CLI::Option& option) {
  std::vector<std::string> remarks = split(option.get_type_name(), ':');
  if (!remarks.empty()) remarks.erase(remarks.begin());
  if (option.get_required() && !option.get_positional()) remarks.insert(remarks.begin(), "required");
  if (!option.get_default_str().empty()) remarks.push_back("default " + option.get_default_str());
  for (const CLI::Option* other : option.get_excludes()) remarks.push_back("not with " + other->get_name());
  return remarks.empty() ? "" : fmt::format(" ({})", fmt::join(remarks, "; "));
}

OptionText option_text(const CLI::Option& option) {
  OptionText text{.value = value_word(option),
                  .what = option.get_description() + in_parentheses(option),
                  .required = option.get_required()};
  if (option.get_positional()) {
    const std::string& shown = option.get_option_text();
    const bool words = shown.empty() || !words_of_value(shown).empty();
    text.names = {words ? option.get_name(true) : shown};
  }
  for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
  return text;
}

std::string usage_line(const CommandText& text) {
  std::string line = text.name;
  if (!text.subcommands.empty()) line += " COMMAND";
  for (const OptionText& argument : text.arguments)
    line += argument.required ? " " + argument.names[0] : fmt::format(" [{}]", argument.names[0]);
  for (const GroupText& group : text.groups) {
    for (const OptionText& option : group.options) {
      if (option.required) line += fmt::format(" {} {}", option.names.back(), option.value);
    }
  }
  return line + " [OPTIONS]";
}

// As add_examples() writes them: a line with the command, and one that is indented further with the sentence.
std::vector<Example> examples_of(const CLI::App& command) {
  std::vector<Example> examples;
  for (const std::string& line : split(command.get_footer(), '\n')) {
    const std::size_t indented = line.find_first_not_of(' ');
    if (indented == 2) examples.push_back({line.substr(2), ""});
    if (indented == 6 && !examples.empty()) examples.back().what = line.substr(6);
  }
  return examples;
}

}  // namespace

std::string full_name(const CLI::App& command) {
  const CLI::App* const parent = command.get_parent();
  return parent == nullptr ? command.get_name() : full_name(*parent) + " " + command.get_name();
}

std::vector<std::string> words_of_value(const std::string& value) {
  std::vector<std::string> words;
  if (value.find('|') == std::string::npos) return words;
  for (const std::string& word : split(value, '|')) {
    if (std::none_of(word.begin(), word.end(), [](unsigned char c) { return std::isupper(c); }))
      words.push_back(word);
  }
  return words;
}

bool takes_key(const CLI::App& command, const std::string& key) {
  if (command.get_option_no_throw("--set") == nullptr) return false;
  const std::string& name = command.get_name();
  const std::vector<std::string>& of_evaluate = evaluation_keys();
  if (name == "evaluate") return std::find(of_evaluate.begin(), of_evaluate.end(), key) != of_evaluate.end();
  return name != "classifier" || is_classifier_key(key);
}

std::vector<const CLI::App*> all_commands(const CLI::App& program) {
  std::vector<const CLI::App*> all{&program};
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    const std::vector<const CLI::App*> below = all_commands(*command);
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

CommandText describe(const CLI::App& command) {
  CommandText text;
  text.name = full_name(command);
  text.purpose = command.get_description() + ".";
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
    text.subcommands.push_back(sub);
  std::vector<OptionText> help;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_group().empty()) continue;  // meant to be hidden
    const OptionText one = option_text(*option);
    if (option->get_positional()) {
      text.arguments.push_back(one);
    } else if (option == command.get_help_ptr() || option == command.get_version_ptr()) {
      help.push_back(one);
    } else {
      text.takes_keys = text.takes_keys || one.value == value::key;
      auto group = std::find_if(text.groups.begin(), text.groups.end(),
                                [&](const GroupText& g) { return g.name == option->get_group(); });
      if (group == text.groups.end()) group = text.groups.insert(group, {option->get_group(), {}});
      group->options.push_back(one);
    }
  }
  std::stable_sort(text.groups.begin(), text.groups.end(),
                   [](const GroupText& a, const GroupText& b) { return rank(a.name) < rank(b.name); });
  text.groups.push_back({help_group, help});
  text.examples = examples_of(command);
  text.usage = usage_line(text);
  return text;
}

}  // namespace dg
