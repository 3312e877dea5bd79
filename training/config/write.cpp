// Writing: as TOML, as a list of differences, as a page of documentation.
#include "training/config/keys.h"

namespace dg {

std::string to_toml(const Config& config) {
  std::string out, section;
  for (const config::Key& key : config::keys()) {
    const auto dot = key.name.find('.');
    const std::string in = dot == std::string::npos ? "" : key.name.substr(0, dot);
    if (in != section) {
      out += fmt::format("\n[{}]\n", in);
      section = in;
    }
    out +=
        fmt::format("{} = {}\n", key.name.substr(dot == std::string::npos ? 0 : dot + 1), key.write(config));
  }
  return out;
}

std::vector<std::string> differences(const Config& a, const Config& b, Compare compare) {
  std::vector<std::string> names;
  for (const config::Key& key : config::keys()) {
    if (compare == Compare::results && !key.results) continue;
    if (key.write(a) != key.write(b)) names.push_back(key.name);
  }
  return names;
}

std::string config_reference() {
  std::string out =
      "# Configuration\n\n"
      "Every key of a recipe file (`doppel train --recipe FILE.toml`) and of `--set section.key=value`. A "
      "recipe is\n"
      "TOML: a key `section.key` stands as `key` under `[section]`. Unknown keys, wrong types and values out "
      "of range\n"
      "are errors that name file and line.\n\n"
      "Layers, later ones win: the defaults below; the recipes named by `base = \"other.toml\"` or `base = "
      "[\"one.toml\", \"two.toml\"]`\n"
      "at the top of a recipe, in order, relative to that recipe; the recipe; each `--set`, in order. A "
      "value "
      "of `--set` is\n"
      "TOML, and what is not TOML is a string: `--set guard.collapse=warn`, `--set network.blocks=[1,1,2]`. "
      "The run folder\n"
      "keeps the whole of it in `config.toml`.\n\n"
      "The defaults are a small recipe for a CPU. Where the paper's value is another one, it stands in the "
      "third\n"
      "column. Keys marked * do not change results, and may differ when a run is resumed.\n\n"
      "(Made from the tables in `training/config/keys.cpp` and `training/config/loss_keys.cpp` and the lists "
      "in\n"
      "`training/config/tiers.cpp`; a test compares.)\n";
  const Config defaults;
  for (const config::TierText& tier : config::tiers()) {
    out += fmt::format(
        "\n## {}\n\n{}\n\n| key | default | paper | values | what it does |\n|---|---|---|---|---|\n",
        tier.heading, tier.why);
    for (const config::Key& key : config::keys()) {
      if (key.tier != tier.tier) continue;
      out += fmt::format("| `{}`{} | `{}` | {} | {} | {} |\n", key.name, key.results ? "" : " *",
                         key.write(defaults), key.paper.empty() ? "" : "`" + key.paper + "`", key.values,
                         key.doc);
    }
  }
  return out;
}

}  // namespace dg
