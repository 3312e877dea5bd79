// Command-line options that several subcommands share, and options that take one of a few words.
#pragma once
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tensor/check.h"
#include "tensor/device.h"
#include "training/config/choices.h"
#include "training/run/identity_table.h"

namespace dg {

/// By what --help, the manual and completion group options: the same words in every subcommand.
namespace group {
inline constexpr const char* data = "Data";                // what is read
inline constexpr const char* training = "Training";        // what is learnt and how
inline constexpr const char* output = "Output";            // what is written where
inline constexpr const char* machine = "Machine";          // device and threads
inline constexpr const char* measurement = "Measurement";  // of doppel bench
}  // namespace group
/// Options added to `command` from here on belong to that group. The shared options below know their own.
void start_group(CLI::App& command, const char* name);

/// What the value of an option is called, for option_text(). Completion goes by it: files, folders, names of
/// recipes, keys. A list "auto|cpu|cuda" stands for these words.
namespace value {
inline constexpr const char *file = "FILE", *folder = "DIR", *run = "RUN", *data = "DATA", *recipe = "RECIPE",
                            *key = "KEY=VALUE", *number = "N", *real = "X";
}  // namespace value

/// A command line and what it does, in one sentence.
struct Example {
  std::string command, what;
};
/// The examples under `command` in --help and in the manual: two or more. Which keys it takes, and where they
/// are documented, is added by itself to a command with --set.
void add_examples(CLI::App& command, const std::vector<Example>& examples);

/// The positional DATA.
CLI::Option* add_data(CLI::App& command, std::string& data);
/// --set section.key=value, which may be given several times.
void add_settings(CLI::App& command, std::vector<std::string>& settings, const std::string& help);
/// --recipe, for find_recipe() of apps/recipes.h.
CLI::Option* add_recipe(CLI::App& command, std::string& recipe);
/// --checkpoint last, best or a file.
void add_checkpoint(CLI::App& command, std::string& checkpoint);
/// --known-names, and with `or_nobody` --all-novel: who is taken as known to the network.
void add_known_by(CLI::App& command, KnownBy& known_by, bool or_nobody);
/// Makes every option of `app` and its subcommands that is a whole number take decimal digits alone: 010 is
/// 10 and not 8, and a number beyond the option's range is an error of the command line and not the nearest
/// one in it. Real numbers must be finite. To be called once, after all options are there.
void read_numbers(CLI::App& app);
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
  std::optional<Device> asked_;  // empty: auto
};

/// --json: where figures go as JSON, a file or "-" for stdout.
class JsonOption {
 public:
  void add(CLI::App& command);
  /// Calls `print_table` unless stdout is for the JSON, then writes that where it was asked for, if at all.
  void write(const std::function<void()>& print_table, const nlohmann::ordered_json& json) const;
  /// As given; empty when it was not.
  const std::string& file() const { return file_; }

 private:
  std::string file_;
};

/// "auto|cpu|cuda", for option_text().
template <class E>
std::string words_text(const Choices<E>& choices) {
  std::string text;
  for (const auto& choice : choices) text += (text.empty() ? "" : "|") + choice.second;
  return text;
}

/// Adds an option that takes one of the words of `choices`; any other is an error of the command line.
template <class E>
CLI::Option* add_choice(CLI::App& command, const std::string& name, E& value, const Choices<E>& choices,
                        const std::string& help) {
  return command
      .add_option_function<std::string>(
          name, [&value, choices](const std::string& word) { value = *value_of(choices, word); }, help)
      ->check(CLI::Validator(
          [choices](std::string& word) {
            return value_of(choices, word) ? ""
                                           : fmt::format("must be {}, got {}", list_words(choices), word);
          },
          ""))
      ->option_text(words_text(choices))
      ->default_str(word_of(choices, value));
}

/// Limits of a number on the command line, whole or not. Errors as "must be at least 1, got 0".
CLI::Validator at_least(double low);
CLI::Validator between(double low, double high);
CLI::Validator above(double low);

/// Prints a message of the library as a line on stderr.
void print_note(const std::string& text);

}  // namespace dg
