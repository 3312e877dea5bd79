// Where the lines of a large TSV file of photos begin and whose they are, so that any row can be read without
// the others. In memory and in the kept file (tsv_index_file.h): 8 bytes a line for the offset, 4 for the
// identity, 1 more where the file has a set column; identities are named once. No text of a row is kept:
// 1.2 million rows take 14.4 MB, whatever their photos take.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dg {

/// Which column (from 0) holds what; -1: none does.
struct TsvColumns {
  int count = 5;  // columns of every row
  int photo = 1;  // the JPEG in base64
  int mid = 2;    // whom it shows: a Freebase MID, or any other name of an identity
  int set = -1;   // "base..." or "novel...", upper or lower case

  bool operator==(const TsvColumns&) const = default;
};

/// Column `index` (from 0) of a row, empty if there are fewer.
std::string_view tsv_column(std::string_view row, int index);

/// Rows that cannot be used: how many, and why the first `listed` of them cannot.
struct BadRows {
  static constexpr std::size_t listed = 100;
  std::int64_t count = 0;
  std::map<std::int64_t, std::string> why;  // line (from 1) -> reason

  void add(std::int64_t line, std::string reason);
};

/// "3 of 1200 rows of PATH cannot be used", then up to `most` lines "PATH:line: why". Empty if all are good.
std::string summary(const BadRows& bad, std::int64_t rows, const std::filesystem::path& path, int most = 5);

struct TsvIndex {
  enum Part : std::uint8_t { none, base, novel };
  static constexpr std::int32_t unlabelled = -1;  // the file has no MID column
  static constexpr std::int32_t bad_row = -2;     // the row is one of `bad`

  // lines + 1 offsets: line l (from 0) is bytes start[l] .. start[l + 1] - 1
  std::vector<std::uint64_t> start;
  std::vector<std::int32_t> identity;  // per line: index into `mids`, unlabelled or bad_row
  std::vector<std::uint8_t> part;      // per line: Part; empty if the file has no set column
  std::vector<std::string> mids;       // in the order in which they first appear
  BadRows bad;

  std::int64_t lines() const { return static_cast<std::int64_t>(identity.size()); }
};

/// In bytes, far more than any photo takes; a longer line is a bad row.
constexpr std::int64_t longest_tsv_line = 128LL << 20;

/// Reads the file once, front to back, in pieces. A line may end with LF or CRLF, the last one with nothing;
/// a byte order mark is skipped. Bad rows: another number of columns, an empty photo or MID, a set that
/// is neither base nor novel, a line above the limit. Photos are not decoded: one that does not decode is a
/// broken photo (photo_store.h), not a bad row. IoError "PATH: why", or "PATH: offset N: why" where reading
/// failed: not a readable regular file.
TsvIndex scan_tsv(const std::filesystem::path& path, const TsvColumns& columns,
                  std::int64_t longest_line = longest_tsv_line);

}  // namespace dg
