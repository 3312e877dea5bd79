#include "evaluation/lfw_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "interop/random_access_file.h"
#include "interop/whole_file.h"
#include "tensor/error.h"

namespace dg {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::size_t line, const std::string& message) {
  throw IoError(fmt::format("{}:{}: {}", path.string(), line, message));
}

// In bytes: a line holds two names and two numbers, and the published file of 6,000 lines has some 150 KB.
constexpr std::uint64_t largest_pairs_file = 64 << 20;
constexpr std::size_t longest_line = 4096;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF", blanks = " \t\r";

/// Fields between tabs, without the blanks at their ends, so that a name may have some inside.
std::vector<std::string> between_tabs(std::string_view text) {
  std::vector<std::string> fields;
  while (true) {
    const std::size_t tab = text.find('\t');
    const std::string_view field = text.substr(0, tab);
    const std::size_t first = field.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
      fields.emplace_back();
    } else {
      fields.emplace_back(field.substr(first, field.find_last_not_of(blanks) + 1 - first));
    }
    if (tab == std::string_view::npos) return fields;
    text.remove_prefix(tab + 1);
  }
}

/// Tabs separate where that gives the fields of a pair, and otherwise tabs and blanks. A carriage return at
/// the end belongs to the end of the line.
std::vector<std::string> split(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(blanks) + 1);  // a spreadsheet ends lines with tabs
  if (std::vector<std::string> fields = between_tabs(text); fields.size() == 3 || fields.size() == 4) {
    return fields;
  }
  std::vector<std::string> fields;
  std::istringstream words{std::string(text)};
  for (std::string field; words >> field;) fields.push_back(field);
  return fields;
}

/// The lines of a file as fields. Without the byte order mark that some editors put first.
class FieldReader {
 public:
  explicit FieldReader(const std::filesystem::path& path) : path_(path) {
    const RandomAccessFile file(path);
    if (file.size() > largest_pairs_file) {
      throw IoError(fmt::format("{}: {} bytes is more than the limit of {} for a pairs file", path.string(),
                                file.size(), largest_pairs_file));
    }
    text_.resize(file.size());
    text_.resize(file.read(0, text_));
    left_ = text_;
    if (left_.starts_with("\xFF\xFE") || left_.starts_with("\xFE\xFF"))
      dg::fail(path_, 1, "the file is UTF-16; save it as UTF-8 or plain text");
    if (left_.starts_with(byte_order_mark)) left_.remove_prefix(byte_order_mark.size());
  }
  FieldReader(const FieldReader&) = delete;
  FieldReader& operator=(const FieldReader&) = delete;

  /// Reads the next line that is not blank; false at the end of the file.
  bool next() {
    for (std::string_view text; next_line(left_, text);) {
      ++line_;
      if (text.size() > longest_line) fail(fmt::format("the line has more than {} bytes", longest_line));
      if (text.find_first_not_of(blanks) == std::string_view::npos) continue;
      fields_ = split(text);
      return true;
    }
    ++line_;
    fields_.clear();
    return false;
  }

  std::size_t line() const { return line_; }
  const std::vector<std::string>& fields() const { return fields_; }
  [[noreturn]] void fail(const std::string& message) const { dg::fail(path_, line_, message); }

  /// Field i as a whole number in 1..largest.
  int number(std::size_t i, int largest, const char* what) const {
    const std::string& text = fields_[i];
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > largest) {
      fail(fmt::format("{} must be a whole number in 1..{}, got \"{}\"", what, largest, text));
    }
    return value;
  }

 private:
  std::filesystem::path path_;
  std::string text_;
  std::string_view left_;
  std::size_t line_ = 0;
  std::vector<std::string> fields_;
};

constexpr int largest_photo = 9999;  // the names of the photos have four digits

NamedPair read_pair(FieldReader& reader, bool same, int fold) {
  const auto& f = reader.fields();
  if (f.size() != (same ? 3u : 4u)) {
    reader.fail(fmt::format("expected a pair of {} in fold {}, got {} fields",
                            same ? "one person (name number number)" : "two people (name number name number)",
                            fold + 1, f.size()));
  }
  const std::string& other = same ? f[0] : f[2];
  if (!same && f[0] == other) reader.fail(fmt::format("a pair of two people names \"{}\" twice", other));
  const int first = reader.number(1, largest_photo, "photo number");
  const int second = reader.number(same ? 2 : 3, largest_photo, "photo number");
  if (same && first == second)
    reader.fail(fmt::format("a pair names photo {} of \"{}\" twice", first, other));
  return {lfw_photo(f[0], first), lfw_photo(other, second), same, fold, reader.line()};
}

// A threshold is judged by pairs that it was not chosen on, so a single fold becomes several: each takes
// neighbours in the file, which is in the order of names, so that few people are in two folds.
void divide_fold(PairsFile& file, std::size_t each) {
  constexpr std::size_t most = 10;  // as many as LFW's own protocol has
  const std::size_t folds = std::min(each, most);
  file.folds = static_cast<int>(folds);
  for (std::size_t i = 0; i < file.pairs.size(); ++i) {
    file.pairs[i].fold = static_cast<int>(i % each * folds / each);
  }
}

}  // namespace

std::string lfw_photo(const std::string& name, int number) {
  return fmt::format("{0}/{0}_{1:04}.jpg", name, number);
}

PairsFile read_pairs(const std::filesystem::path& path) {
  FieldReader reader(path);
  PairsFile file;
  file.path = path;
  const bool has_line = reader.next();
  const std::size_t numbers = has_line ? reader.fields().size() : 0;
  if (numbers != 1 && numbers != 2) {
    reader.fail(
        "the first line must hold two numbers, folds and pairs per fold, or one, the pairs of a single fold");
  }
  file.folds = numbers == 2 ? reader.number(0, 1000, "number of folds") : 1;
  const auto each = static_cast<std::size_t>(reader.number(numbers - 1, 1'000'000, "pairs per fold"));
  const std::size_t in_fold = 2 * each, total = in_fold * static_cast<std::size_t>(file.folds);
  for (std::size_t i = 0; i < total; ++i) {
    if (!reader.next()) {
      reader.fail(fmt::format("the file ends after {} pairs, its first line promises {}", i, total));
    }
    file.pairs.push_back(read_pair(reader, i % in_fold < each, static_cast<int>(i / in_fold)));
  }
  if (reader.next()) reader.fail(fmt::format("more pairs than the {} the first line promises", total));
  if (file.folds == 1) {
    if (each == 1)
      reader.fail(
          "a single fold must have 2 pairs of each kind or more: a threshold is judged by others than it was "
          "chosen on");
    divide_fold(file, each);
  }
  return file;
}

std::vector<Pair> find_photos(const PairsFile& file, const PhotoLookup& lookup) {
  std::vector<Pair> pairs;
  pairs.reserve(file.pairs.size());
  for (const NamedPair& pair : file.pairs) {
    const auto row = [&](const std::string& photo) {
      const std::vector<std::size_t> found = lookup(photo);
      if (found.empty()) fail(file.path, pair.line, fmt::format("there is no photo {}", photo));
      if (found.size() > 1) {
        fail(file.path, pair.line, fmt::format("{} photos could be {}", found.size(), photo));
      }
      return found[0];
    };
    const std::size_t first = row(pair.first), second = row(pair.second);
    pairs.push_back({first, second, pair.same, pair.fold});
  }
  return pairs;
}

}  // namespace dg
