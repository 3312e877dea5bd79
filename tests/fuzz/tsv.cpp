#include <algorithm>
#include <map>

#include "data/tsv/celeb_tsv.h"
#include "data/tsv/tsv_index_file.h"
#include "fuzz/targets.h"
#include "interop/checksum.h"
#include "interop/whole_file.h"
#include "sampling/state.h"

namespace dg::fuzz {
namespace {

constexpr TsvColumns train_columns{.count = 3, .photo = 1, .mid = 2, .set = -1};
constexpr TsvColumns set_columns{.count = 3, .photo = 1, .mid = 2, .set = 0};
constexpr TsvColumns unlabelled_columns{.count = 2, .photo = 1, .mid = -1, .set = -1};
constexpr TsvColumns columns_of[] = {train_columns, set_columns, unlabelled_columns};

void expect_index(const TsvIndex& index) {
  const auto lines = static_cast<std::size_t>(index.lines());
  expect(index.start.size() == lines + 1, "each line must have its begin and its end");
  expect(index.part.empty() || index.part.size() == lines, "each line must have its part, or none");
  for (std::size_t line = 0; line < lines; ++line) {
    expect(index.start[line] < index.start[line + 1], "a line must have bytes");
    expect(index.identity[line] < std::ssize(index.mids), "an identity must have a name");
  }
  expect(index.bad.count == std::count(index.identity.begin(), index.identity.end(), TsvIndex::bad_row),
         "bad rows must be counted");
}

// Opens a set whose files are these rows as base, as novel and as held out, and reads each photo of it.
void use(const std::filesystem::path& base, const std::filesystem::path& novel,
         const std::filesystem::path& test, const TsvColumns& columns) {
  DatasetFiles files{.base_train = TsvFile{base, train_columns},
                     .novel_train = TsvFile{novel, train_columns},
                     .development = TsvFile{test, columns},
                     .test = std::nullopt,
                     .index_folder = {}};
  CelebTsv set;
  if (!accepted([&] { set = open_celeb_tsv(files, {.held_out = HeldOut::development, .min_bad = 1000}); }))
    return;
  for (std::size_t c = 0; c + 1 < set.photos.first_photo.size(); ++c)
    expect(set.photos.first_photo[c] <= set.photos.first_photo[c + 1],
           "photos of a class must follow each other");
  for (PhotoId p = 0; p < std::ssize(set.photos.photos); ++p) {
    expect(!set.rows->name(p).empty(), "a photo must have a name");
    accepted([&] { set.rows->bytes(p, 1 << 16); });
  }
}

// Base and novel identities for the rows of an input, which are the held-out file.
const std::filesystem::path& training_file(const std::string& name, std::string_view rows) {
  static std::map<std::string, std::filesystem::path> written;
  std::filesystem::path& path = written[name];
  if (path.empty()) {
    path = folder("tsv") / name;
    write_file_text(path, rows);
  }
  return path;
}

}  // namespace

// The first byte chooses the columns, the rest is the file.
void tsv(Input input) {
  const TsvColumns columns = columns_of[take_byte(input) % 3];
  const std::filesystem::path path = file_of(folder("tsv") / "rows.tsv", input);
  std::filesystem::remove(tsv_index_path(path, {}));
  constexpr std::int64_t longest_line = 256;
  expect_index(scan_tsv(path, columns, longest_line));
  const KeptTsvIndex scanned = load_or_scan_tsv(path, columns, tsv_index_path(path, {}));
  expect_index(scanned.index);
  const KeptTsvIndex kept = load_or_scan_tsv(path, columns, tsv_index_path(path, {}));
  expect(!kept.scanned && kept.index.start == scanned.index.start &&
             kept.index.identity == scanned.index.identity && kept.index.part == scanned.index.part &&
             kept.index.mids == scanned.index.mids && kept.index.bad.why == scanned.index.bad.why,
         "a kept index must be read as it was written");
  use(training_file("base.tsv", "1\tAAAA\tm.a\n2\tAAAA\tm.b\n"), training_file("novel.tsv", "1\tAAAA\tm.c\n"),
      path, columns);
}

// The first byte chooses the columns; the TSV file follows, to the first zero, and then the index of it: the
// part between its fingerprint, which is made to fit, and its checksum, which is right.
void tsv_index(Input input) {
  const TsvColumns columns = columns_of[take_byte(input) % 3];
  const auto zero = static_cast<std::size_t>(std::find(input.begin(), input.end(), 0) - input.begin());
  const std::filesystem::path path = file_of(folder("tsv_index") / "rows.tsv", take(input, zero));
  take_byte(input);
  const std::filesystem::path kept = tsv_index_path(path, {});
  std::filesystem::remove(kept);
  load_or_scan_tsv(path, columns, kept);
  constexpr std::size_t mark_and_fingerprint = 8 + 7 * sizeof(std::int64_t);
  std::vector<std::uint8_t> bytes = read_file_bytes(kept);
  bytes.resize(mark_and_fingerprint);
  bytes.insert(bytes.end(), input.begin(), input.end());
  StateWriter sum("");
  sum.put(checksum_of_words(std::as_bytes(std::span(bytes))));
  const State sum_bytes = std::move(sum).finish();
  bytes.insert(bytes.end(), sum_bytes.begin(), sum_bytes.end());
  write_file_bytes(kept, bytes);
  const KeptTsvIndex read = load_or_scan_tsv(path, columns, kept);
  expect_index(read.index);
  if (read.scanned) return;
  expect(read.index.start.back() == std::filesystem::file_size(path), "an index must cover its file");
  use(training_file("base.tsv", "1\tAAAA\tm.a\n2\tAAAA\tm.b\n"), training_file("novel.tsv", "1\tAAAA\tm.c\n"),
      path, columns);
}

}  // namespace dg::fuzz
