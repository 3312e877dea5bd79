#include "data/tsv/tsv_index_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <unordered_set>

#include "interop/atomic_file.h"
#include "interop/checksum.h"
#include "interop/random_access_file.h"
#include "interop/whole_file.h"
#include "sampling/state.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view index_mark = "DGTSVIX1";  // the last digit is the version of the format
// Bytes of the TSV file's beginning, and of its end, that the fingerprint covers: enough to notice another
// file of the same size and time, and few enough to read at every start.
constexpr std::size_t end_bytes = 64 << 10;

// What must be unchanged for a kept index to fit: size, checksum of the two ends and time of change of the
// TSV file, and where its columns are.
using Fingerprint = std::array<std::int64_t, 7>;

Fingerprint fingerprint(const fs::path& tsv, const TsvColumns& c) {
  const RandomAccessFile file(tsv);
  std::vector<char> ends(2 * end_bytes);
  const std::uint64_t last = file.size() > end_bytes ? file.size() - end_bytes : 0;
  const std::size_t first_bytes = file.read(0, std::span(ends).first(end_bytes));
  ends.resize(first_bytes + file.read(last, std::span(ends).subspan(first_bytes, end_bytes)));
  const std::uint64_t sum = checksum_of_words(std::as_bytes(std::span(ends)));
  return {static_cast<std::int64_t>(file.size()),
          static_cast<std::int64_t>(sum),
          file.modified(),
          c.count,
          c.photo,
          c.mid,
          c.set};
}

void put_text(StateWriter& out, const std::string& text) {
  out.put(std::vector<char>(text.begin(), text.end()));
}

std::string get_text(StateReader& in) {
  const std::vector<char> text = in.get_vector<char>();
  return {text.begin(), text.end()};
}

std::uint64_t sum_of(std::span<const std::uint8_t> bytes) { return checksum_of_words(std::as_bytes(bytes)); }

// The index without the checksum at its end.
State to_bytes(const TsvIndex& index, const Fingerprint& of) {
  StateWriter out(index_mark);
  for (const std::int64_t number : of) out.put(number);
  out.put(index.start);
  out.put(index.identity);
  out.put(index.part);
  out.put(index.mids.size());
  for (const std::string& mid : index.mids) put_text(out, mid);
  out.put(index.bad.count);
  out.put(index.bad.why.size());
  for (const auto& [line, why] : index.bad.why) {
    out.put(line);
    put_text(out, why);
  }
  return std::move(out).finish();
}

void write_index(const fs::path& path, const TsvIndex& index, const Fingerprint& of) {
  const State bytes = to_bytes(index, of);
  const std::uint64_t sum = sum_of(bytes);
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(bytes)));
  file.write(std::as_bytes(std::span(&sum, 1)));
  file.commit();
}

// Whether scan_tsv could have made the index for a file of these bytes: whoever handed the file on may have
// written anything, with the right checksum.
bool fits(const TsvIndex& index, std::uint64_t file_bytes, const Fingerprint& of) {
  const auto lines = static_cast<std::size_t>(index.lines());
  const bool labelled = of[5] >= 0, parted = of[6] >= 0;  // whether the file has a MID and a set column
  if (index.start.size() != lines + 1 || index.start.back() != file_bytes) return false;
  if (index.part.size() != (parted ? lines : 0) || (!labelled && !index.mids.empty())) return false;
  // The first line begins behind the byte order mark, which has 3 bytes, or where the file does.
  if (index.start.front() != 0 && index.start.front() != 3) return false;
  const std::unordered_set<std::string_view> names(index.mids.begin(), index.mids.end());
  if (names.size() != index.mids.size() || names.contains("")) return false;
  std::int64_t bad = 0;
  std::int32_t seen = 0;  // identities of the lines before: they are numbered as they first appear
  for (std::size_t line = 0; line < lines; ++line) {
    // A line has at least its ending, but for the last one, which is only there if it has something.
    if (index.start[line] >= index.start[line + 1]) return false;
    const std::int32_t identity = index.identity[line];
    const bool is_bad = identity == TsvIndex::bad_row;
    const bool good = labelled ? identity >= 0 && identity <= seen : identity == TsvIndex::unlabelled;
    if (!is_bad && !good) return false;
    if (identity == seen) ++seen;
    // A good row may have its line feed beside the bytes that the limit counts.
    if (!is_bad && index.start[line + 1] - index.start[line] > std::uint64_t{longest_tsv_line} + 1)
      return false;
    const std::uint8_t part = parted ? index.part[line] : std::uint8_t{TsvIndex::none};
    if (part > TsvIndex::novel || (parted && !is_bad && part == TsvIndex::none)) return false;
    bad += is_bad;
  }
  if (index.bad.count != bad || seen != std::ssize(index.mids)) return false;
  if (std::ssize(index.bad.why) != std::min<std::int64_t>(bad, BadRows::listed)) return false;
  return std::ranges::all_of(index.bad.why, [&](const auto& row) {
    return row.first >= 1 && row.first <= index.lines() &&
           index.identity[static_cast<std::size_t>(row.first - 1)] == TsvIndex::bad_row;
  });
}

// Nothing where there is no index, or one that cannot be read, is damaged, or has another fingerprint.
std::optional<TsvIndex> read_index(const fs::path& path, const Fingerprint& wanted) try {
  const std::vector<std::uint8_t> file = read_file_bytes(path);
  const std::span<const std::uint8_t> all(file);
  if (all.size() < sizeof(std::uint64_t)) return std::nullopt;
  const auto bytes = all.first(all.size() - sizeof(std::uint64_t));
  if (StateReader(all.subspan(bytes.size()), "").get<std::uint64_t>() != sum_of(bytes)) return std::nullopt;
  StateReader in(bytes, index_mark);
  for (const std::int64_t number : wanted) {
    if (in.get<std::int64_t>() != number) return std::nullopt;
  }
  TsvIndex index;
  index.start = in.get_vector<std::uint64_t>();
  index.identity = in.get_vector<std::int32_t>();
  index.part = in.get_vector<std::uint8_t>();
  for (auto left = in.get<std::size_t>(); left > 0; --left) index.mids.push_back(get_text(in));
  index.bad.count = in.get<std::int64_t>();
  for (auto left = in.get<std::size_t>(); left > 0; --left) {
    const auto line = in.get<std::int64_t>();
    if (!index.bad.why.emplace(line, get_text(in)).second) return std::nullopt;  // a line is bad once
  }
  in.finish();
  if (!fits(index, static_cast<std::uint64_t>(wanted[0]), wanted)) return std::nullopt;
  return index;
} catch (const Error&) {  // of the file, or of StateReader: the bytes are not an index
  return std::nullopt;
}

}  // namespace

fs::path tsv_index_path(const fs::path& tsv, const fs::path& folder) {
  const fs::path name = tsv.filename().string() + ".index";
  return (folder.empty() ? tsv.parent_path() : folder) / name;
}

KeptTsvIndex load_or_scan_tsv(const fs::path& tsv, const TsvColumns& columns, const fs::path& kept) {
  const Fingerprint now = fingerprint(tsv, columns);
  if (auto index = read_index(kept, now)) return {.index = std::move(*index)};
  KeptTsvIndex result{.index = scan_tsv(tsv, columns), .scanned = true};
  try {
    if (kept.has_parent_path()) {
      std::error_code failed;
      fs::create_directories(kept.parent_path(), failed);  // a failure shows below
    }
    write_index(kept, result.index, now);
  } catch (const IoError& e) {
    result.not_kept = e.what();
  }
  return result;
}

}  // namespace dg
