#include "data/tsv/tsv_index.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "interop/random_access_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

// Read at once: system calls cost nothing beside copying them.
constexpr std::size_t piece_bytes = 4 << 20;

std::int64_t columns_of(std::string_view row) { return 1 + std::count(row.begin(), row.end(), '\t'); }

TsvIndex::Part part_of(std::string_view text) {
  const auto starts_with = [&](std::string_view word) {
    return text.size() >= word.size() &&
           std::equal(word.begin(), word.end(), text.begin(),
                      [](char w, char c) { return w == (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
  };
  return starts_with("base") ? TsvIndex::base : starts_with("novel") ? TsvIndex::novel : TsvIndex::none;
}

class Scan {
 public:
  explicit Scan(const TsvColumns& columns) : columns_(columns) {}

  // A line without its ending.
  void add(std::string_view row) {
    if (row.ends_with('\r')) row.remove_suffix(1);
    TsvIndex::Part part = TsvIndex::none;
    std::string why = problem(row, part);
    index_.identity.push_back(why.empty() ? identity_of(row) : TsvIndex::bad_row);
    if (columns_.set >= 0) index_.part.push_back(part);
    if (!why.empty()) index_.bad.add(index_.lines(), std::move(why));
  }

  void add_too_long(std::int64_t longest) {
    index_.identity.push_back(TsvIndex::bad_row);
    if (columns_.set >= 0) index_.part.push_back(TsvIndex::none);
    index_.bad.add(index_.lines(), fmt::format("the line has more than {} bytes", longest));
  }

  TsvIndex& index() { return index_; }

 private:
  std::string problem(std::string_view row, TsvIndex::Part& part) const {
    if (const auto n = columns_of(row); n != columns_.count) {
      return fmt::format("{} columns, must be {}", row.empty() ? 0 : n, columns_.count);
    }
    if (tsv_column(row, columns_.photo).empty()) {
      return fmt::format("the photo, column {}, is empty", columns_.photo + 1);
    }
    if (columns_.mid >= 0 && tsv_column(row, columns_.mid).empty()) {
      return fmt::format("the MID, column {}, is empty", columns_.mid + 1);
    }
    if (columns_.set < 0) return "";
    const std::string_view set = tsv_column(row, columns_.set);
    part = part_of(set);
    return part != TsvIndex::none ? ""
                                  : fmt::format("the set, column {}, must begin with base or novel, got {}",
                                                columns_.set + 1, set.substr(0, 40));
  }

  std::int32_t identity_of(std::string_view row) {
    if (columns_.mid < 0) return TsvIndex::unlabelled;
    const auto next = static_cast<std::int32_t>(index_.mids.size());
    const auto [entry, added] = known_.try_emplace(std::string(tsv_column(row, columns_.mid)), next);
    if (added) index_.mids.push_back(entry->first);
    return entry->second;
  }

  const TsvColumns columns_;
  TsvIndex index_;
  std::unordered_map<std::string, std::int32_t> known_;  // MID -> its place in index_.mids
};

}  // namespace

std::string_view tsv_column(std::string_view row, int index) {
  for (; index > 0; --index) {
    const std::size_t tab = row.find('\t');
    if (tab == std::string_view::npos) return {};
    row.remove_prefix(tab + 1);
  }
  return row.substr(0, row.find('\t'));
}

void BadRows::add(std::int64_t line, std::string reason) {
  ++count;
  if (why.size() < listed) why.emplace(line, std::move(reason));
}

std::string summary(const BadRows& bad, std::int64_t rows, const std::filesystem::path& path, int most) {
  if (bad.count == 0) return "";
  std::string text = fmt::format("{} of {} rows of {} cannot be used", bad.count, rows, path.string());
  int shown = 0;
  for (auto row = bad.why.begin(); row != bad.why.end() && shown < most; ++row, ++shown) {
    text += fmt::format("\n  {}:{}: {}", path.string(), row->first, row->second);
  }
  if (shown < bad.count) text += fmt::format("\n  and {} more", bad.count - shown);
  return text;
}

TsvIndex scan_tsv(const std::filesystem::path& path, const TsvColumns& columns, std::int64_t longest_line) {
  const RandomAccessFile file(path);
  Scan scan(columns);
  const std::size_t piece = std::min<std::uint64_t>(piece_bytes, file.size() + 1);
  std::vector<char> buffer;      // what was read of the line that is not complete yet, then the next piece
  std::size_t kept = 0;          // bytes of that line
  bool too_long = false;         // the line is above the limit: its bytes are dropped
  std::uint64_t position = 0;    // in the file, after what was read
  std::uint64_t line_start = 0;  // of the line that is not complete yet
  const auto finish = [&](const char* row, std::size_t bytes, std::uint64_t next) {
    scan.index().start.push_back(line_start);
    if (too_long || static_cast<std::int64_t>(bytes) > longest_line) {
      scan.add_too_long(longest_line);
    } else {
      scan.add({row, bytes});
    }
    too_long = false;
    line_start = next;
  };
  while (true) {
    buffer.resize(kept + piece);
    const std::size_t got = file.read(position, std::span(buffer).subspan(kept));
    if (got == 0) break;
    const char *row = buffer.data(), *end = row + kept + got, *unseen = row + kept;
    if (constexpr std::string_view mark = "\xEF\xBB\xBF";
        position == 0 && std::string_view(row, got).starts_with(mark)) {
      row = unseen = row + mark.size();
      line_start = mark.size();
    }
    while (const auto* newline =
               static_cast<const char*>(std::memchr(unseen, '\n', static_cast<std::size_t>(end - unseen)))) {
      finish(row, static_cast<std::size_t>(newline - row),
             position + static_cast<std::uint64_t>(newline + 1 - (buffer.data() + kept)));
      row = unseen = newline + 1;
    }
    position += got;
    const auto left = static_cast<std::size_t>(end - row);
    if (too_long || static_cast<std::int64_t>(left) > longest_line) {
      too_long = true;
      kept = 0;
    } else {
      std::memmove(buffer.data(), row, left);
      kept = left;
    }
  }
  if (position > line_start) finish(buffer.data(), kept, position);  // the last line has no ending
  scan.index().start.push_back(position);
  return std::move(scan.index());
}

}  // namespace dg
