// Command-line options that several subcommands share, and options that take one of a few words.
#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

#include "tensor/check.h"
#include "tensor/device.h"
#include "training/config/choices.h"
#include "training/run/identity_table.h"

namespace dg {

/// The positional DATA.
void add_data(CLI::App& command, std::string& data);
/// --set section.key=value, which may be given several times.
void add_settings(CLI::App& command, std::vector<std::string>& settings, const std::string& help);
/// --checkpoint last, best or a file.
void add_checkpoint(CLI::App& command, std::string& checkpoint);
/// --known-names, and with `or_nobody` --all-novel: who is taken as known to the network.
void add_known_by(CLI::App& command, KnownBy& known_by, bool or_nobody);
/// False for "last" and "best", which every run folder may have.
bool names_a_file(const std::string& checkpoint);
/// Makes every option of `app` and its subcommands that is a whole number take decimal digits alone: 010 is
/// 10 and not 8, and a number beyond the option's range is an error of the command line and not the nearest
/// one in it. To be called once, after all options are there.
void read_whole_numbers(CLI::App& app);
/// Makes every option of `app` and its subcommands that is a text refuse an empty one, which is what a shell
/// makes of a variable that is not set. To be called once, after all options are there.
void refuse_empty_texts(CLI::App& app);
/// --threads, for use_threads.
void add_threads(CLI::App& command, int& threads);

/// set_threads, with a note where that is more than the machine has cores, and an Error above ten times as
/// many: so many are a slip, and the system may refuse to start them.
void use_threads(int threads);

/// --device auto, cpu or cuda.
class DeviceOption {
 public:
  void add(CLI::App& command);
  /// "auto" takes a GPU if this build has the CUDA device and one answers, else the CPU. "cuda" without one
  /// is an error; no other device is ever taken silently.
  Device choose() const;

 private:
  std::string word_ = "auto";
};

/// --json: where figures go as JSON, a file or "-" for stdout.
class JsonOption {
 public:
  void add(CLI::App& command,
           const std::string& help = "Write the figures as JSON; - = to stdout instead of the table");
  /// Calls `print_table` unless stdout is for the JSON, then writes that where it was asked for, if at all.
  void write(const std::function<void()>& print_table, const nlohmann::ordered_json& json) const;
  /// As given; empty when it was not.
  const std::string& file() const { return file_; }

 private:
  std::string file_;
};

/// Adds an option that takes one of the words of `choices`; any other is an error of the command line.
template <class E>
CLI::Option* add_choice(CLI::App& command, const std::string& name, E& value, const Choices<E>& choices,
                        const std::string& help) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.second);
  return command
      .add_option_function<std::string>(
          name, [&value, choices](const std::string& word) { value = *value_of(choices, word); }, help)
      ->check(CLI::IsMember(words))
      ->default_str(word_of(choices, value));
}

/// The value of a word that the command line took unchecked, so that other errors can come first. Error
/// "[where] <what> must be a, b or c, got word".
template <class E>
E chosen(const Choices<E>& choices, const std::string& word, const char* where,
         const std::string& what = "") {
  const std::optional<E> value = value_of(choices, word);
  require(value.has_value(), where, "{}must be {}, got {}", what.empty() ? "" : what + " ",
          list_words(choices), word);
  return *value;
}

/// Prints a message of the library as a line on stderr.
void print_note(const std::string& text);

}  // namespace dg
