#include "apps/options.h"

#include <unistd.h>

#include <filesystem>

#include <fmt/format.h>

#include "apps/signals.h"
#include "interop/atomic_file.h"
#include "interop/whole_file.h"
#include "tensor/backend.h"

namespace dg {
namespace {

const Choices<std::optional<Device>> device_words{
    {std::nullopt, "auto"}, {Device::cpu, "cpu"}, {Device::cuda, "cuda"}};

}  // namespace

void add_data(CLI::App& command, std::string& data) {
  command.add_option("data", data, "Folder of identity folders, or a dataset.toml")->required();
}

void add_settings(CLI::App& command, std::vector<std::string>& settings, const std::string& help) {
  // One value per --set, so that a positional argument may follow it.
  command.add_option("--set", settings, help)->take_all()->expected(1)->allow_extra_args(false);
}

void add_checkpoint(CLI::App& command, std::string& checkpoint) {
  command.add_option("--checkpoint", checkpoint, "last, best or a file")->capture_default_str();
}

void add_known_by(CLI::App& command, KnownBy& known_by, bool or_nobody) {
  CLI::Option* const names = command.add_flag_callback(
      "--known-names", [&known_by] { known_by = KnownBy::names; },
      "Take identities as known by the names of their folders, also where all photos are others");
  if (!or_nobody) return;
  command
      .add_flag_callback(
          "--all-novel", [&known_by] { known_by = KnownBy::nothing; },
          "Take nobody as known, whatever the folders are called")
      ->excludes(names);
}

bool names_a_file(const std::string& checkpoint) { return checkpoint != "last" && checkpoint != "best"; }

void add_threads(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "Compute threads; 0 = all cores")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void DeviceOption::add(CLI::App& command) {
  command.add_option("--device", word_, list_words(device_words))->capture_default_str();
}

Device DeviceOption::choose() const {
  const std::optional<Device> asked = chosen(device_words, word_, "device");
  if (asked == Device::cuda) backend(Device::cuda);  // says why there is none
  if (asked) return *asked;
  return why_no_cuda().empty() ? Device::cuda : Device::cpu;
}

void JsonOption::add(CLI::App& command, const std::string& help) {
  command.add_option("--json", file_, help);
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
