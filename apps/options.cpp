#include "apps/options.h"

#include <unistd.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "apps/signals.h"
#include "interop/atomic_file.h"
#include "interop/whole_file.h"
#include "tensor/backend.h"
#include "tensor/parallel.h"
#include "tensor/process_limits.h"

namespace dg {
namespace {

const Choices<std::optional<Device>> device_words{
    {std::nullopt, "auto"}, {Device::cpu, "cpu"}, {Device::cuda, "cuda"}};

// Rewrites a number without zeros in front; returns what is wrong with it, if anything.
std::string plain_number(std::string& text, bool natural) {
  std::string digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos)
    return fmt::format("must be a whole number, got {}", text);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (natural && negative && digits != "0") return fmt::format("must be at least 0, got {}", text);
  // The largest numbers of 64 bits; smaller types are checked when they are converted.
  const std::string largest = natural ? "18446744073709551615" : "9223372036854775807";
  if (digits.size() > largest.size() || (digits.size() == largest.size() && digits > largest))
    return fmt::format("must be at most {}, got {}", largest, text);
  text = (negative ? "-" : "") + digits;
  return "";
}

// Returns what is wrong with a real number, if anything.
std::string finite_number(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [read_to, failed] = std::from_chars(text.data(), end, number);
  const bool finite = read_to == end && failed == std::errc() && std::isfinite(number);
  return finite ? "" : fmt::format("must be a number, got {}", text);
}

// What is no number is none in range. A whole number was read by plain_number before.
template <class Valid>
CLI::Validator number_check(const std::string& what, const Valid& valid) {
  return CLI::Validator(
      [=](std::string& text) {
        double number = 0;
        const char* const end = text.data() + text.size();
        const bool read = std::from_chars(text.data(), end, number).ptr == end;
        return read && valid(number) ? "" : fmt::format("must be {}, got {}", what, text);
      },
      what);
}

// Figures replace figures of before and nothing else: the name may be that of a photo, of a checkpoint or of
// another file of a run by mistake. Whether the file can be written is seen when it is.
std::string held_by_something_else(const std::string& file) {
  if (file == "-") return "";  // stdout
  std::error_code unknown;
  const std::filesystem::path path(file);
  if (std::filesystem::is_directory(path, unknown)) return file + " is a folder: name a file";
  if (path.has_parent_path() && !std::filesystem::exists(path.parent_path(), unknown))
    return file + ": its folder is not there";
  for (const char* name : {"metrics.jsonl", "metrics.csv", "classifier.json"}) {
    if (path.filename() == name) return file + " would be taken for a file of a run: use another name";
  }
  if (!std::filesystem::is_regular_file(file, unknown)) return "";
  std::ifstream in(file);
  char first = 0;
  if (!(in >> first)) return "";  // an empty file, or one of white space
  in.unget();
  const bool json = (first == '{' || first == '[') && nlohmann::json::accept(in);
  return json ? "" : file + " exists and does not hold JSON: name another file";
}

}  // namespace

void start_group(CLI::App& command, const char* name) { command.option_defaults()->group(name); }

void add_examples(CLI::App& command, const std::vector<Example>& examples) {
  std::string text = "Examples:\n";
  for (const Example& example : examples)
    text += fmt::format("  {}\n      {}\n", example.command, example.what);
  command.footer(text);
}

CLI::Validator at_least(double low) {
  return number_check(fmt::format("at least {}", low), [=](double number) { return number >= low; });
}

CLI::Validator between(double low, double high) {
  return number_check(fmt::format("in {}..{}", low, high),
                      [=](double number) { return number >= low && number <= high; });
}

CLI::Validator above(double low) {
  return number_check(fmt::format("above {}", low), [=](double number) { return number > low; });
}

CLI::Option* add_data(CLI::App& command, std::string& data) {
  return command.add_option("DATA", data, "Folder of identity folders, or a dataset.toml")
      ->required()
      ->option_text(value::data);
}

void add_settings(CLI::App& command, std::vector<std::string>& settings, const std::string& help) {
  // One value per --set, so that a positional argument may follow it.
  command.add_option("--set", settings, help)
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false)
      ->option_text(value::key)
      ->group(group::training);
}

CLI::Option* add_recipe(CLI::App& command, std::string& recipe) {
  return command
      .add_option("--recipe", recipe, "Settings: a TOML file, or the name of a recipe that comes with doppel")
      ->option_text(value::recipe)
      ->group(group::training);
}

void add_checkpoint(CLI::App& command, std::string& checkpoint) {
  command
      .add_option("--checkpoint", checkpoint,
                  "last, best or a file; unless given the best, or the last of a run that has no best")
      ->option_text(std::string("last|best|") + value::file)
      ->group(group::data);
}

void add_known_by(CLI::App& command, KnownBy& known_by, bool or_nobody) {
  CLI::Option* const names = command.add_flag_callback(
      "--known-names", [&known_by] { known_by = KnownBy::names; },
      "Take identities as known by the names of their folders, also where all photos are others");
  names->group(group::data);
  if (!or_nobody) return;
  command
      .add_flag_callback(
          "--all-novel", [&known_by] { known_by = KnownBy::nothing; },
          "Take nobody as known, whatever the folders are called")
      ->excludes(names)
      ->group(group::data);
}

void read_numbers(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) read_numbers(*command);
  for (CLI::Option* option : app.get_options()) {
    const std::string type = option->get_type_name();
    if (type.starts_with("INT") || type.starts_with("UINT")) {
      const bool natural = type.starts_with("UINT");
      option->transform(
          CLI::Validator([natural](std::string& text) { return plain_number(text, natural); }, ""));
    } else if (type.starts_with("FLOAT")) {
      option->transform(CLI::Validator(finite_number, ""));
    }
  }
}

void refuse_empty_texts(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) refuse_empty_texts(*command);
  for (CLI::Option* option : app.get_options()) {
    if (option->get_type_name().starts_with("TEXT"))
      option->check(
          CLI::Validator([](std::string& text) { return text.empty() ? "must not be empty" : ""; }, ""));
  }
}

void add_threads(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "Compute threads; 0 = all cores that the process may use")
      ->check(at_least(0))
      ->capture_default_str()
      ->option_text(value::number)
      ->group(group::machine);
}

void use_threads(int threads) {
  const int cores = machine_cores();
  require(threads <= 10 * cores, "threads",
          "--threads must be at most 10 times the {} cores of this machine, got {}", cores, threads);
  if (threads > cores)
    print_note(fmt::format("--threads {} on {} cores: they will wait for each other", threads, cores));
  set_threads(threads);
}

void DeviceOption::add(CLI::App& command) {
  add_choice(command, "--device", asked_, device_words,
             "Where to compute; auto = a GPU if this build has CUDA and one answers")
      ->group(group::machine);
}

Device DeviceOption::choose() const {
  if (asked_ == Device::cuda) backend(Device::cuda);  // says why there is none
  if (asked_) return *asked_;
  return why_no_cuda().empty() ? Device::cuda : Device::cpu;
}

void JsonOption::add(CLI::App& command) {
  command.add_option("--json", file_, "Write the figures as JSON; - = to stdout instead of the table")
      ->check(CLI::Validator(held_by_something_else, ""))
      ->option_text(value::file)
      ->group(group::output);
}

void JsonOption::write(const std::function<void()>& print_table, const nlohmann::ordered_json& json) const {
  const std::string text = json.dump(2) + "\n";
  if (file_ == "-") {
    fmt::print("{}", text);
    return;
  }
  print_table();
  if (file_.empty()) return;
  // A link stays one: its target, which may be the terminal behind /dev/stdout, gets the text. So does a pipe
  // or a device.
  std::error_code unknown;
  if (std::filesystem::is_symlink(file_, unknown) ||
      std::filesystem::is_other(std::filesystem::status(file_, unknown))) {
    write_file_text(file_, text);
  } else {
    write_file_atomically(file_, text);
  }
}

void print_note(const std::string& text) { say(STDERR_FILENO, text + "\n"); }

}  // namespace dg
