// Reading: TOML text, recipe files with their bases, and "section.key=value" settings.
#include <sstream>

#include "interop/paths.h"
#include "interop/random_access_file.h"
#include "interop/toml_text.h"
#include "interop/utf8.h"
#include "tensor/check.h"
#include "training/config/keys.h"
#include "training/config/problems.h"
#include "training/config/suggestion.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

const config::Key* find_key(std::string_view name) {
  for (const config::Key& key : config::keys()) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

bool is_section(std::string_view name) {
  return std::any_of(config::keys().begin(), config::keys().end(), [&](const config::Key& key) {
    return !name.empty() && config::section_of(key.name) == name;
  });
}

const char* type_of(const toml::node& n) {
  switch (n.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a floating-point number";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

// As TOML, cut where it is long.
std::string text_of(const toml::node& n) {
  std::ostringstream out;
  n.visit([&](const auto& v) { out << v; });
  std::string text = out.str();
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

void apply(GivenConfig& to, std::string_view name, const toml::node& node, const std::string& place) {
  const config::Key* key = find_key(name);
  if (key == nullptr && is_section(name)) {
    throw Error(fmt::format("{}: {} is a section and must be a table, got {} ({})", place, name,
                            text_of(node), type_of(node)));
  }
  if (key == nullptr)
    throw Error(fmt::format("{}: unknown key {}{}", place, shortened(name), key_suggestion(name)));
  if (!key->read(to.config, node)) {
    throw Error(fmt::format("{}: {} must be {}, got {} ({})", place, name, key->values, text_of(node),
                            type_of(node)));
  }
  to.given.insert(key->name);
}

void apply_table(GivenConfig& to, const toml::table& table, const std::string& file, Problems& problems) {
  const auto place = [&](const toml::key& key) {
    return fmt::format("{}:{}", file, key.source().begin.line);
  };
  for (const auto& entry : table) {  // no structured bindings: clang 14 lets no lambda have them
    const toml::key& key = entry.first;
    const toml::node& node = entry.second;
    const toml::table* section = node.as_table();
    if (section == nullptr || find_key(key.str()) != nullptr) {
      problems.gather([&] { apply(to, key.str(), node, place(key)); });
    } else if (!is_section(key.str())) {
      problems.gather([&] {
        throw Error(fmt::format("{}: unknown section {}{}", place(key), shortened(key.str()),
                                key_suggestion(key.str())));
      });
    } else {
      for (const auto& inner : *section)
        problems.gather([&] {
          apply(to, fmt::format("{}.{}", key.str(), inner.first.str()), inner.second, place(inner.first));
        });
    }
  }
}

// In bytes: the parser quotes whole keys.
constexpr std::size_t longest_description = 300;

toml::table parse(std::string_view text, const std::string& name) {
  check_toml_text(text, name);
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    throw Error(fmt::format("{}:{}: {}", name, e.source().begin.line,
                            shortened(e.description(), longest_description)));
  }
}

// A recipe with every key has some 4 KB.
constexpr std::uint64_t largest_recipe = 1 << 20;

// How many files may build on each other, and how many may be read in all: far above any use, and few enough
// that neither the stack nor the time runs out.
constexpr std::size_t deepest_base = 32;
constexpr int most_recipes = 256;

std::string recipe_text(const fs::path& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed))
    throw IoError(fmt::format("{}: is a folder, not a recipe", path.string()));
  const RandomAccessFile file(path);
  if (file.size() > largest_recipe) {
    throw IoError(fmt::format("{}: {} bytes is more than the limit of {} for a recipe", path.string(),
                              file.size(), largest_recipe));
  }
  std::string text(file.size(), '\0');
  text.resize(file.read(0, text));
  return text;
}

// The files that `base = "a.toml"` or `base = ["a.toml", "b.toml"]` names.
std::vector<std::string> base_names(const toml::node& base, const std::string& place) {
  std::vector<std::string> names;
  if (const auto name = base.value_exact<std::string>()) names.push_back(*name);
  if (const toml::array* several = base.as_array()) {
    for (const toml::node& one : *several) names.push_back(one.value_exact<std::string>().value_or(""));
  }
  if (names.empty() || std::find(names.begin(), names.end(), "") != names.end()) {
    throw Error(fmt::format("{}: base must be the name of a recipe file or an array of names, got {} ({})",
                            place, text_of(base), type_of(base)));
  }
  return names;
}

// `open`: the files whose base this is, outermost first.
void apply_file(GivenConfig& to, const fs::path& path, std::vector<fs::path>& open, int& files,
                Problems& problems) {
  open.push_back(canonical_path(path));
  require(open.size() <= deepest_base, "config", "recipes may build on each other {} deep, {} is one more",
          deepest_base, path.string());
  require(++files <= most_recipes, "config", "a recipe may read {} files in all, {} is one more",
          most_recipes, path.string());
  toml::table table = parse(recipe_text(path), path.string());
  if (const toml::node* base = table.get("base")) {
    const std::string place = fmt::format("{}:{}", path.string(), base->source().begin.line);
    for (const std::string& name : base_names(*base, place)) {
      const fs::path file = path.parent_path() / name;
      if (std::find(open.begin(), open.end(), canonical_path(file)) != open.end()) {
        throw Error(
            fmt::format("{}: base leads back to {}, which is being read already", place, file.string()));
      }
      if (!path_exists(file)) throw IoError(fmt::format("{}: base {} does not exist", place, file.string()));
      apply_file(to, file, open, files, problems);
    }
    table.erase("base");
  }
  apply_table(to, table, path.string(), problems);
  open.pop_back();
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

// Empty when the parser must not see it: it is no TOML.
toml::table parse_value(const std::string& value, const std::string& place) {
  const std::string line = "value = " + value;
  try {
    check_toml_text(line, place);
  } catch (const Error&) {
    return {};
  }
  return toml::parse(line);
}

// What is not TOML is taken as a string, so that `--set guard.collapse=warn` needs no quotes inside quotes.
void apply_setting(GivenConfig& to, const std::string& setting) {
  const std::string place = "--set " + shortened(setting);
  check_utf8(setting, place);  // it goes into config.toml and into the metadata of checkpoints
  const auto equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(fmt::format("{}: must be section.key=value", place));
  }
  const std::string name = trimmed(setting.substr(0, equals)), value = trimmed(setting.substr(equals + 1));
  toml::table table;
  try {
    table = parse_value(value, place);
  } catch (const toml::parse_error& e) {
    const bool meant_as_toml =
        !value.empty() && std::string_view("[{\"'").find(value[0]) != std::string_view::npos;
    if (meant_as_toml)
      throw Error(fmt::format("{}: {}", place, shortened(e.description(), longest_description)));
  }
  if (table.size() != 1) {  // not TOML, or a line break smuggled in more than one value
    table.clear();
    table.insert("value", value);
  }
  apply(to, name, *table.get("value"), place);
}

void apply_settings(GivenConfig& to, const std::vector<std::string>& settings, Problems& problems) {
  for (const std::string& setting : settings) problems.gather([&] { apply_setting(to, setting); });
}

}  // namespace

GivenConfig load_given_config(const std::optional<fs::path>& recipe, const std::vector<std::string>& settings,
                              GivenConfig base) {
  std::vector<fs::path> open;
  int files = 0;
  Problems problems;
  if (recipe) apply_file(base, *recipe, open, files, problems);
  apply_settings(base, settings, problems);
  problems.raise();
  return base;
}

Config load_config(const std::optional<fs::path>& recipe, const std::vector<std::string>& settings) {
  Config config = load_given_config(recipe, settings).config;
  validate(config);
  return config;
}

namespace {

GivenConfig parse_given_config(const std::string& toml, const std::string& name,
                               const std::vector<std::string>& settings) {
  GivenConfig read;
  Problems problems;
  apply_table(read, parse(toml, name), name, problems);
  apply_settings(read, settings, problems);
  problems.raise();
  return read;
}

}  // namespace

Config parse_config(const std::string& toml, const std::string& name,
                    const std::vector<std::string>& settings) {
  Config config = parse_given_config(toml, name, settings).config;
  validate(config);
  return config;
}

Config parse_stored_config(const std::string& toml, const std::string& name,
                           const std::vector<std::string>& settings) {
  auto [config, given] = parse_given_config(toml, name, settings);
  // Until there was data.split_seed, `seed` drew who is held out.
  if (!given.contains("data.split_seed")) config.data.split_seed = config.seed;
  validate(config);
  return config;
}

}  // namespace dg
