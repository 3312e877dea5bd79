#include "apps/usage.h"

#include <algorithm>
#include <cctype>
#include <regex>

#include "apps/command_text.h"
#include "interop/utf8.h"
#include "training/config/suggestion.h"

namespace dg {
namespace {

// What other programs call something, and what it is called here: the first that is there is meant.
struct Meaning {
  std::vector<std::string> words, here;
};

const std::vector<Meaning>& commands_meant() {
  static const std::vector<Meaning> meanings{
      {{"fit", "training", "learn", "run", "finetune", "resume"}, {"train"}},
      {{"eval", "evaluation", "test", "score", "verify", "verification", "validate", "recognise", "recognize",
        "identify", "predict", "infer"},
       {"evaluate"}},
      {{"classify", "head"}, {"classifier"}},
      {{"generate", "gen", "synthesise", "synthesize", "data"}, {"faces"}},
      {{"benchmark", "perf", "profile", "time"}, {"bench"}},
      {{"example", "quickstart", "start"}, {"demo"}},
      {{"inspect", "scan", "lint", "doctor"}, {"check"}},
      {{"plot", "show", "view", "summary", "html"}, {"report"}},
      {{"diff", "cmp"}, {"compare"}},
      {{"man", "manpage", "doc", "docs"}, {"manual"}},
      {{"complete", "completions", "bash-completion"}, {"completion"}},
      {{"help", "usage"}, {"--help"}},
      {{"version", "info", "about"}, {"--version"}},
  };
  return meanings;
}

const std::vector<Meaning>& options_meant() {
  static const std::vector<Meaning> meanings{
      {{"out", "output", "outdir", "output-dir", "save-dir", "log-dir", "logdir", "work-dir", "o"},
       {"--out", "--run", "--json"}},
      {{"config", "cfg", "conf", "settings", "c"}, {"--recipe"}},
      {{"gpu", "gpus", "cuda", "cpu", "accelerator"}, {"--device"}},
      {{"jobs", "j", "num-threads", "n-threads", "nthreads", "n-jobs", "t"}, {"--threads"}},
      {{"ckpt", "weights", "model"}, {"--checkpoint", "--init"}},
      {{"checkpoint", "pretrained", "from"}, {"--init"}},
      {{"iterations", "iters", "max-iter", "max-iters", "num-steps", "max-steps"}, {"--steps"}},
      {{"random-seed", "rng-seed"}, {"--seed"}},
      {{"continue", "restart"}, {"--resume"}},
      {{"format", "json-out"}, {"--json"}},
      {{"subset", "split"}, {"--part"}},
      {{"mode", "task"}, {"--protocol"}},
      {{"lfw", "pairs-file"}, {"--pairs"}},
      {{"people", "persons", "ids", "num-ids", "num-identities"}, {"--identities", "--base"}},
      {{"images", "num-photos", "samples"}, {"--photos"}},
      {{"v", "V", "ver"}, {"--version"}},
      {{"dataset", "data", "data-dir", "input", "train-dir", "d"}, {"--data", "DATA"}},
  };
  return meanings;
}

// Empty where nothing is meant that is there.
std::string meant(const std::vector<Meaning>& meanings, const std::string& word,
                  const std::vector<std::string>& there) {
  for (const Meaning& meaning : meanings) {
    if (std::find(meaning.words.begin(), meaning.words.end(), word) == meaning.words.end()) continue;
    for (const std::string& name : meaning.here) {
      if (std::find(there.begin(), there.end(), name) != there.end()) return name;
    }
  }
  return "";
}

// By a single letter; of words as short as --lr that says nothing.
std::string misspelt(const std::string& option, const std::vector<std::string>& there) {
  constexpr std::size_t short_option = 5;
  if (option.size() <= short_option) return "";
  const auto near = std::find_if(there.begin(), there.end(), [&](const std::string& one) {
    return one.size() > short_option && edit_distance(one, option) == 1;
  });
  return near == there.end() ? "" : *near;
}

bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && !std::isdigit(static_cast<unsigned char>(word[1]));
}

const CLI::App& command_of(const CLI::App& program) {
  const std::vector<CLI::App*> chosen = program.get_subcommands();
  return chosen.empty() ? program : command_of(*chosen.back());
}

// `word` as given, "--lr=0.1".
std::string no_option(const CLI::App& command, const std::string& word) {
  const CommandText text = describe(command);
  std::vector<std::string> there;
  for (const OptionText& argument : text.arguments) there.push_back(argument.names[0]);
  const std::vector<std::string> arguments = there;
  for (const GroupText& group : text.groups) {
    for (const OptionText& option : group.options)
      there.insert(there.end(), option.names.begin(), option.names.end());
  }
  const auto equals = word.find('=');
  const std::string option = word.substr(0, equals),
                    value = equals == std::string::npos ? "" : word.substr(equals);
  std::string name = option.substr(std::min(option.find_first_not_of('-'), option.size()));
  std::replace(name.begin(), name.end(), '_', '-');
  const std::string message = fmt::format("there is no option {}", shortened(option));

  std::string suggested = meant(options_meant(), name, there);
  if (suggested.empty()) suggested = misspelt("--" + name, there);
  if (std::find(arguments.begin(), arguments.end(), suggested) != arguments.end())
    return fmt::format("{}; {} is given without one", message, suggested);
  if (suggested.empty()) {
    std::vector<std::string> settings;
    for (const std::string& key : keys_for(name)) {
      if (takes_key(command, key))
        settings.push_back(fmt::format("--set {}{}", key, value.empty() ? "=..." : value));
    }
    suggested = listed(settings);
  }
  if (suggested.empty()) suggested = nearest_name("--" + name, there);
  return suggested.empty() ? message : fmt::format("{}; did you mean {}?", message, suggested);
}

// "RUN... DATA", of the positional argument that is called RUN.
std::string value_of_argument(const CLI::App& command, const std::string& name) {
  for (const OptionText& argument : describe(command).arguments) {
    if (argument.names[0] == name || argument.names[0].starts_with(name + "...")) return argument.names[0];
  }
  return name;
}

// `word` as given where nothing more was expected: "lr=0.1" after DATA.
std::string too_many(const CLI::App& command, const std::string& word) {
  const std::string message = fmt::format("nothing more is expected, got {}", shortened(word));
  const auto equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return message;
  std::vector<std::string> settings;
  for (const std::string& key : keys_for(word.substr(0, equals))) {
    if (takes_key(command, key)) settings.push_back(fmt::format("--set {}{}", key, word.substr(equals)));
  }
  return settings.empty() ? message : fmt::format("{}; did you mean {}?", message, listed(settings));
}

// CLI11's own words for what is missing or was given too often name the type that it wanted.
std::string in_our_words(const CLI::App& command, const CLI::ParseError& error) {
  const std::string text = error.what();
  const auto missing = text.find(": 1 required ");
  if (missing != std::string::npos) return text.substr(0, missing) + ": must have a value";
  static const std::regex too_few("(.*): At least (\\d+) required but received (\\d+)"),
      conversion("Could not convert: (\\S+) = (.*)");
  if (std::smatch m; std::regex_match(text, m, too_few))
    return fmt::format("{} must be {} or more, got {}", value_of_argument(command, m[1].str()), m[2].str(),
                       m[3].str());
  if (std::smatch m; std::regex_match(text, m, conversion))  // no number was refused before: it does not fit
    return fmt::format("{}: {} is out of range", m[1].str(), m[2].str());
  return text;
}

std::string problem(const CLI::App& program, const CLI::App& command, const CLI::ParseError& error) {
  const std::vector<std::string> left_over = program.remaining(true);
  const auto option = std::find_if(left_over.begin(), left_over.end(), is_option);
  if (option != left_over.end()) return no_option(command, *option);
  const std::vector<const CLI::App*> subcommands = describe(command).subcommands;
  if (!subcommands.empty() && !left_over.empty()) return no_subcommand(command, left_over.front());
  if (subcommands.empty())
    return left_over.empty() ? in_our_words(command, error) : too_many(command, left_over.front());
  std::vector<std::string> names;
  for (const CLI::App* one : subcommands) names.push_back(one->get_name());
  return fmt::format("a subcommand is required: {}", listed(names));
}

}  // namespace

std::string no_subcommand(const CLI::App& command, const std::string& word) {
  std::vector<std::string> there, more{"--help", "--version"};
  for (const CLI::App* one : describe(command).subcommands) there.push_back(one->get_name());
  more.insert(more.end(), there.begin(), there.end());
  std::string suggested = meant(commands_meant(), word, more);
  if (suggested.empty()) suggested = nearest_name(word, there);
  return fmt::format("there is no subcommand {}{}", shortened(word),
                     suggested.empty() ? "" : fmt::format("; did you mean {}?", suggested));
}

std::string usage_message(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& command = command_of(program);
  return fmt::format("{}: {}\nUsage: {}; {} --help says more\n", full_name(command),
                     problem(program, command, error), describe(command).usage, full_name(command));
}

}  // namespace dg
