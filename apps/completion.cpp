// doppel completion bash: a script by which bash completes subcommands, options, the words that they take,
// keys, recipes and files. It is made from the command line's own tree.
#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "apps/command_text.h"
#include "apps/commands.h"
#include "apps/recipes.h"
#include "training/config/keys.h"

namespace dg {
namespace {

enum class Shell { bash };
const Choices<Shell> shell_words{{Shell::bash, "bash"}};

// What does not depend on the subcommands. What a value may be is words of small letters and the names of
// `value` in capital ones.
constexpr const char* bash_function = R"bash(
_doppel_add() { COMPREPLY+=($(compgen "$@" -- "$current")); }

_doppel() {
  COMPREPLY=()
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=doppel key='' take word i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    _doppel_is_command "$command ${COMP_WORDS[i]}" && command="$command ${COMP_WORDS[i]}"
  done
  # bash takes "=" for a word: in --device=cpu, and in the key=value of --set.
  if [ "$current" = = ]; then
    current='' key=$before
  elif [ "$before" = = ]; then
    key=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $key in
    '') take=$(_doppel_value "$command $before") || take=$(_doppel_arguments "$command") ;;
    -*) take=$(_doppel_value "$command $key") ;;
    *) take=$(_doppel_key_words "$key") ;;
  esac
  case $current in
    -*) take=$(_doppel_options "$command") ;;
  esac
  for word in $take; do
    local IFS=$' \t\n'
    case $word in
      FILE|DATA) compopt -o filenames 2>/dev/null; IFS=$'\n'; _doppel_add -f ;;
      DIR|RUN*) compopt -o filenames 2>/dev/null; IFS=$'\n'; _doppel_add -d ;;
      RECIPE) compopt -o filenames 2>/dev/null; _doppel_add -W "$_doppel_recipes"; IFS=$'\n'; _doppel_add -f ;;
      KEY=VALUE) compopt -o nospace 2>/dev/null; _doppel_add -W "$(_doppel_keys "$command")" ;;
      [a-z-]*) _doppel_add -W "$word" ;;
    esac
  done
}
complete -F _doppel doppel
)bash";

// A function of the script that prints what belongs to its argument, and fails for an argument that it does
// not know.
struct BashTable {
  std::string name, cases;
  void add(const std::string& key, const std::vector<std::string>& words) {
    cases += words.empty() ? fmt::format("    '{}') ;;\n", key)
                           : fmt::format("    '{}') echo '{}' ;;\n", key, fmt::join(words, " "));
  }
  std::string text() const {
    return fmt::format("_doppel_{}() {{\n  case $1 in\n{}    *) return 1 ;;\n  esac\n}}\n", name, cases);
  }
};

// "last|best|FILE" as "last best FILE".
std::string in_words(std::string value) {
  std::replace(value.begin(), value.end(), '|', ' ');
  return value;
}

// "section.key=" of all that its --set takes, so that only the value is left to type.
std::vector<std::string> key_words_of(const CLI::App& command) {
  std::vector<std::string> words;
  for (const config::Key& key : config::keys()) {
    if (takes_key(command, key.name)) words.push_back(key.name + "=");
  }
  return words;
}

// The words that a key takes, from `"stop" or "warn"` and the like.
std::vector<std::string> words_of_key(const config::Key& key) {
  if (key.values == "true or false") return {"true", "false"};
  static const std::regex word("\"([a-z0-9_]+)\"");
  return {std::sregex_token_iterator(key.values.begin(), key.values.end(), word, 1), {}};
}

std::string bash_script(const CLI::App& program) {
  BashTable commands{"is_command", ""}, values{"value", ""}, options{"options", ""},
      arguments{"arguments", ""}, keys{"keys", ""}, key_words{"key_words", ""};
  for (const CLI::App* command : all_commands(program)) {
    const CommandText text = describe(*command);
    commands.add(text.name, {});
    std::vector<std::string> names, taken;
    for (const CLI::App* sub : text.subcommands) taken.push_back(sub->get_name());
    for (const OptionText& argument : text.arguments) taken.push_back(in_words(argument.value));
    for (const GroupText& group : text.groups) {
      for (const OptionText& option : group.options) {
        names.insert(names.end(), option.names.begin(), option.names.end());
        if (option.value.empty()) continue;
        for (const std::string& name : option.names)
          values.add(text.name + " " + name, {in_words(option.value)});
      }
    }
    options.add(text.name, names);
    arguments.add(text.name, taken);
    keys.add(text.name, key_words_of(*command));
  }
  for (const config::Key& key : config::keys()) {
    if (const auto words = words_of_key(key); !words.empty()) key_words.add(key.name, words);
  }
  std::string script = "# Completion of doppel in bash, made by `doppel completion bash`.\n";
  for (const BashTable& table : {commands, values, options, arguments, keys, key_words})
    script += table.text();
  script += fmt::format("_doppel_recipes='{}'\n", fmt::join(recipe_names(), " "));
  return script + bash_function;
}

struct CompletionArguments {
  Shell shell = Shell::bash;
};

}  // namespace

void add_completion_command(CLI::App& app) {
  auto a = std::make_shared<CompletionArguments>();
  CLI::App* command =
      app.add_subcommand("completion", "Print the script by which a shell completes the command line");
  add_choice(*command, "SHELL", a->shell, shell_words, "Which shell");
  add_examples(*command, {{"source <(doppel completion bash)", "Complete in this shell."},
                          {"doppel completion bash >~/.local/share/bash-completion/completions/doppel",
                           "Complete in every shell of yours, where doppel was not installed."}});
  command->callback([&app, a] {
    if (a->shell == Shell::bash) fmt::print("{}", bash_script(app));
  });
}

}  // namespace dg
