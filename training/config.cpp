#include "training/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "tensor/check.h"
#include "training/config_keys.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// Smallest number of insertions, deletions and replacements that turn one name into the other.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row[b.size()];
}

const ConfigKey& find_key(const std::string& name, const std::string& place) {
  const ConfigKey* nearest = nullptr;
  std::size_t distance = 0;
  for (const ConfigKey& key : config_keys()) {
    if (key.name == name) return key;
    const std::size_t d = edit_distance(key.name, name);
    if (nearest == nullptr || d < distance) {
      nearest = &key;
      distance = d;
    }
  }
  throw Error(fmt::format("{}: unknown key {}; did you mean {}?", place, name, nearest->name));
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
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

std::string text_of(const toml::node& n) {
  std::ostringstream out;
  n.visit([&](const auto& v) { out << v; });
  return out.str();
}

void apply(Config& config, const std::string& name, const toml::node& node, const std::string& place) {
  const ConfigKey& key = find_key(name, place);
  if (!key.read(config, node)) {
    throw Error(
        fmt::format("{}: {} must be {}, got {} ({})", place, name, key.range, text_of(node), type_of(node)));
  }
}

// toml++ keeps the order of a table by key, so a file's order cannot matter; messages take the line from the
// node.
void apply_table(Config& config, const toml::table& table, const std::string& prefix,
                 const std::string& file) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const std::string place = fmt::format("{}:{}", file, node.source().begin.line);
    if (const toml::table* inner = node.as_table(); inner != nullptr && prefix.empty()) {
      apply_table(config, *inner, name + ".", file);
    } else {
      apply(config, name, node, place);
    }
  }
}

toml::table parse(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    throw Error(fmt::format("{}:{}: {}", name, e.source().begin.line, e.description()));
  }
}

std::string read_file(const fs::path& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  std::FILE* file = failed ? nullptr : std::fopen(path.c_str(), "rb");
  if (file == nullptr) throw IoError(fmt::format("{}: cannot be read", path.string()));
  std::string text(size, '\0');
  text.resize(std::fread(text.data(), 1, size, file));
  std::fclose(file);
  return text;
}

void apply_file(Config& config, const fs::path& path, std::set<fs::path>& open) {
  require(open.insert(fs::weakly_canonical(path)).second, "config", "{}: `base` leads back to this file",
          path.string());
  toml::table table = parse(read_file(path), path.string());
  if (const toml::node* base = table.get("base")) {
    const auto name = base->value_exact<std::string>();
    require(name.has_value(), "config", "{}:{}: base must be the name of a file, got {}", path.string(),
            base->source().begin.line, type_of(*base));
    apply_file(config, path.parent_path() / *name, open);
    table.erase("base");
  }
  apply_table(config, table, "", path.string());
}

// "section.key=value"; a value that is not TOML is taken as a string, so that --set data.base_identities=auto
// works.
void apply_setting(Config& config, const std::string& setting) {
  const std::string place = "--set " + setting;
  const auto equals = setting.find('=');
  require(equals != std::string::npos && equals > 0, "config", "{} must be section.key=value, got no '='",
          place);
  const std::string name = setting.substr(0, equals), value = setting.substr(equals + 1);
  toml::table table;
  try {
    table = toml::parse("v = " + value);
  } catch (const toml::parse_error&) {
    table.insert("v", value);
  }
  apply(config, name, *table.get("v"), place);
}

}  // namespace

Config load_config(const std::optional<fs::path>& recipe, const std::vector<std::string>& settings) {
  Config config;
  std::set<fs::path> open;
  if (recipe) apply_file(config, *recipe, open);
  for (const std::string& setting : settings) apply_setting(config, setting);
  validate(config);
  return config;
}

Config parse_config(const std::string& toml, const std::string& name,
                    const std::vector<std::string>& settings) {
  Config config;
  apply_table(config, parse(toml, name), "", name);
  for (const std::string& setting : settings) apply_setting(config, setting);
  validate(config);
  return config;
}

void validate(const Config& c) {
  const auto& s = c.sampling;
  const std::int64_t classes = s.fixed_classes(), k = s.images_per_class.lo;
  if (s.fixed()) {
    require(s.batch == classes * k, "config",
            "sampling.batch must be sampling.classes x sampling.images_per_class = {} x {} = {}, got {}",
            classes, k, classes * k, s.batch);
    require(s.random_classes <= classes, "config",
            "sampling.random_classes (N_r) must be at most sampling.classes (N_c) = {}, got {}", classes,
            s.random_classes);
  } else {
    require(s.classes == 0, "config",
            "sampling.classes must be absent when sampling.images_per_class is a range (the number of "
            "classes is drawn), got {}",
            s.classes);
  }
  require(c.loss.l2_softmax > 0 || c.loss.lifted > 0 || c.loss.margin > 0, "config",
          "at least one of loss.l2_softmax, loss.lifted and loss.margin must be > 0, got {}, {} and {}",
          c.loss.l2_softmax, c.loss.lifted, c.loss.margin);
  require(c.loss.l2_softmax > 0 || (s.fixed() && s.random_classes == classes), "config",
          "doppelgangers come from the L2-Softmax's scores: loss.l2_softmax must be > 0 when "
          "sampling.random_classes < "
          "sampling.classes, got {}",
          c.loss.l2_softmax);
  require(c.loss.l2_softmax > 0 || c.loss.lifted > 0 || c.loss.margin_start == 0, "config",
          "loss.margin_start must be 0 when the margin loss is the only one, got {}", c.loss.margin_start);
  require(c.optim.rate > 0 && c.optim.final_rate <= c.optim.rate, "config",
          "optim.rate must be > 0 and >= optim.final_rate, got {} and {}", c.optim.rate, c.optim.final_rate);
  require(c.network.width > 0, "config", "network.width must be > 0, got {}", c.network.width);
  require(c.network.branches.size() + 1 == c.network.blocks.size(), "config",
          "network.branches must have one entry less than network.blocks, got {} and {}",
          c.network.branches.size(), c.network.blocks.size());
}

std::string to_toml(const Config& config) {
  std::string out, section;
  for (const ConfigKey& key : config_keys()) {
    const auto dot = key.name.find('.');
    const std::string in = dot == std::string::npos ? "" : key.name.substr(0, dot);
    if (in != section) {
      out += fmt::format("\n[{}]\n", in);
      section = in;
    }
    out += fmt::format("{} = {}\n", dot == std::string::npos ? key.name : key.name.substr(dot + 1),
                       key.write(config));
  }
  return out;
}

std::vector<std::string> differences(const Config& a, const Config& b) {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) {
    if (key.write(a) != key.write(b)) names.push_back(key.name);
  }
  return names;
}

std::string config_reference() {
  std::string out =
      "# Configuration\n\nEvery key of a recipe file and of `--set section.key=value`. Unknown keys, wrong "
      "types and values out of range "
      "are errors.\nA recipe may name another one that is read first: `base = \"other.toml\"`, relative to "
      "itself.\n\n"
      "| key | default | values | what it does |\n|---|---|---|---|\n";
  const Config defaults;
  for (const ConfigKey& key : config_keys()) {
    out += fmt::format("| `{}` | `{}` | {} | {} |\n", key.name, key.write(defaults), key.range, key.doc);
  }
  return out;
}

}  // namespace dg
