#include <optional>

#include "fuzz/targets.h"
#include "interop/whole_file.h"
#include "training/config/config.h"

namespace dg::fuzz {
namespace {

// What was read must be written so that it is read again as the same.
void expect_round_trip(const Config& config) {
  const std::string text = to_toml(config);
  std::optional<Config> again;
  expect(accepted([&] { again = parse_config(text, "written"); }), "a written configuration must be read");
  expect(differences(config, *again).empty(), "a written configuration must be read as it was");
}

}  // namespace

void recipe(Input input) {
  const std::filesystem::path path = file_of(folder("recipe") / "recipe.toml", input);
  std::optional<Config> config;
  if (accepted([&] { config = load_config(path, {}); })) expect_round_trip(*config);
}

// One setting a line.
void set(Input input) {
  std::vector<std::string> settings;
  std::string_view text = as_text(input);
  for (std::string_view line; next_line(text, line);) settings.emplace_back(line);
  std::optional<Config> config;
  if (accepted([&] { config = load_config(std::nullopt, settings); })) expect_round_trip(*config);
}

}  // namespace dg::fuzz
