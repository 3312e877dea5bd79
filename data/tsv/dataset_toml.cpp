#include "data/tsv/dataset_toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "interop/toml_text.h"
#include "interop/utf8.h"
#include "interop/whole_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t largest_toml = 1 << 20;  // bytes; a larger file was not meant to be one of these
constexpr std::array<std::string_view, 7> column_names = {"set",  "image_id", "photo", "mid",
                                                          "rank", "url",      "other"};
// As published, dataset_toml.h.
constexpr TsvColumns train_columns{.count = 5, .photo = 1, .mid = 2, .set = -1};
constexpr TsvColumns development_columns{.count = 5, .photo = 2, .mid = 3, .set = 0};
constexpr TsvColumns test_columns{.count = 5, .photo = 2, .mid = -1, .set = -1};

class Reader {
 public:
  explicit Reader(const fs::path& path) : path_(path) {
    const auto bytes = read_file_bytes(path, largest_toml);
    try {
      check_toml_text(as_text(bytes), path_.string());
      table_ = toml::parse(as_text(bytes));
    } catch (const toml::parse_error& e) {
      throw Error(fmt::format("{}:{}: {}", path_.string(), e.source().begin.line,
                              shortened(e.description(), 300)));  // the parser quotes whole keys
    }
  }

  DatasetFiles read() {
    check_keys(table_, {"base_train", "novel_train", "development", "test", "index", "columns"});
    if (const toml::node* node = table_.get("columns")) {
      columns_ = node->as_table();
      if (columns_ == nullptr) fail(*node, "columns must be a table");
      check_keys(*columns_, {"base_train", "novel_train", "development", "test"});
    }
    DatasetFiles files;
    files.base_train = file("base_train", train_columns);
    files.novel_train = file("novel_train", train_columns);
    files.development = file("development", development_columns);
    files.test = file("test", test_columns);
    if (const auto index = text("index")) files.index_folder = beside(*index);
    require(files.base_train.has_value(), "dataset_toml", "{} must name a file as base_train",
            path_.string());
    require(files.novel_train || (!files.development && !files.test), "dataset_toml",
            "{} must name a file as novel_train, because it names one as development or test",
            path_.string());
    return files;
  }

 private:
  [[noreturn]] void fail(const toml::node& node, const std::string& why) const {
    throw Error(fmt::format("{}:{}: {}", path_.string(), node.source().begin.line, why));
  }

  void check_keys(const toml::table& table, std::initializer_list<std::string_view> known) const {
    for (const auto& [key, node] : table) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        fail(node,
             fmt::format("unknown key {}, must be one of {}", shortened(key.str()), fmt::join(known, ", ")));
      }
    }
  }

  fs::path beside(const std::string& file) const { return path_.parent_path() / file; }

  std::optional<std::string> text(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) fail(*node, fmt::format("{} must be a path", key));
    return value;
  }

  std::optional<TsvFile> file(std::string_view role, TsvColumns columns) const {
    const auto path = text(role);
    const toml::node* order = columns_ == nullptr ? nullptr : columns_->get(role);
    if (!path && order != nullptr) fail(*order, fmt::format("columns.{} has no file {}", role, role));
    if (!path) return std::nullopt;
    if (order != nullptr) columns = read_columns(role, *order);
    return TsvFile{beside(*path), columns};
  }

  TsvColumns read_columns(std::string_view role, const toml::node& node) const {
    const toml::array* names = node.as_array();
    if (names == nullptr || names->empty()) {
      fail(node, fmt::format("columns.{} must be an array of column names", role));
    }
    TsvColumns columns{.count = static_cast<int>(names->size()), .photo = -1, .mid = -1, .set = -1};
    int place = 0;
    for (const toml::node& element : *names) {
      const std::string name = element.value_exact<std::string>().value_or("");
      if (std::find(column_names.begin(), column_names.end(), name) == column_names.end()) {
        fail(element, fmt::format("columns.{} may hold {}, got {}", role, fmt::join(column_names, ", "),
                                  name.empty() ? "no text" : shortened(name)));
      }
      int* const column = name == "photo"                   ? &columns.photo
                          : name == "mid"                   ? &columns.mid
                          : name == "set" && with_set(role) ? &columns.set
                                                            : nullptr;
      if (column != nullptr && *column >= 0)
        fail(element, fmt::format("columns.{} has {} twice", role, name));
      if (column != nullptr) *column = place;
      ++place;
    }
    if (columns.photo < 0 || (columns.mid < 0 && role != "test")) {
      fail(node, fmt::format("columns.{} must have a column {}", role, columns.photo < 0 ? "photo" : "mid"));
    }
    if (columns.mid < 0) columns.set = -1;  // without the MID there is nothing to compare the set with
    return columns;
  }

  static bool with_set(std::string_view role) { return role == "development" || role == "test"; }

  const fs::path path_;
  toml::table table_;
  const toml::table* columns_ = nullptr;
};

}  // namespace

bool is_dataset_toml(const fs::path& data) {
  std::error_code ignored;
  return data.extension() == ".toml" && !fs::is_directory(data, ignored);
}

DatasetFiles read_dataset_toml(const fs::path& path) { return Reader(path).read(); }

}  // namespace dg
