#include "apps/options.h"

#include <unistd.h>

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
  // The largest numbers of 64 bits; smaller types are checked when they are converted.
  const std::string largest = natural ? "18446744073709551615" : "9223372036854775807";
  if (digits.size() > largest.size() || (digits.size() == largest.size() && digits > largest))
    return fmt::format("must be at most {}, got {}", largest, text);
  text = (negative ? "-" : "") + digits;
  return "";
}

// Figures replace figures of before and nothing else: the name may be that of a photo, of a checkpoint or of
// another file of a run by mistake. Whether the file can be written is seen when it is.
std::string held_by_something_else(const std::string& file) {
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

CLI::Validator above_zero() {
  return number_check<double>("above 0", [](double number) { return number > 0; });
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

void add_checkpoint(CLI::App& command, std::string& checkpoint) {
  command.add_option("--checkpoint", checkpoint, "last, best or a file")
      ->capture_default_str()
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

bool names_a_file(const std::string& checkpoint) { return checkpoint != "last" && checkpoint != "best"; }

void read_whole_numbers(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) read_whole_numbers(*command);
  for (CLI::Option* option : app.get_options()) {
    const std::string type = option->get_type_name();
    const bool whole = type.starts_with("INT"), natural = type.starts_with("UINT");
    if (!whole && !natural) continue;
    option->transform(
        CLI::Validator([natural](std::string& text) { return plain_number(text, natural); }, ""));
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
  command
      .add_option("--device", word_, "Where to compute; auto = a GPU if this build has CUDA and one answers")
      ->capture_default_str()
      ->option_text(words_text(device_words))
      ->group(group::machine);
}

Device DeviceOption::choose() const {
  const std::optional<Device> asked = chosen(device_words, word_, "device");
  if (asked == Device::cuda) backend(Device::cuda);  // says why there is none
  if (asked) return *asked;
  return why_no_cuda().empty() ? Device::cuda : Device::cpu;
}

void JsonOption::add(CLI::App& command, const std::string& help) {
  command.add_option("--json", file_, help)
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
