#include "data/tsv/celeb_tsv.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "data/tsv/tsv_index_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

constexpr const char* celeb_tsv = "celeb_tsv";  // in errors

// A file of the set. `index.identity` holds class ids once number_identities has run.
struct File {
  TsvFile source;
  TsvIndex index;
};

File open(const TsvFile& source, const std::filesystem::path& index_folder, std::vector<std::string>& notes) {
  KeptTsvIndex kept =
      load_or_scan_tsv(source.path, source.columns, tsv_index_path(source.path, index_folder));
  if (kept.scanned) notes.push_back(fmt::format("indexed {}", source.path.string()));
  if (!kept.not_kept.empty()) {
    notes.push_back(
        "the index is not kept, so the next start reads the file again; index = \"FOLDER\" in "
        "dataset.toml names another place: " +
        kept.not_kept);
  }
  require(kept.index.lines() < std::numeric_limits<int>::max(), celeb_tsv, "{} has too many rows: {}",
          source.path.string(), kept.index.lines());
  return {source, std::move(kept.index)};
}

void note_bad_rows(const File& file, const CelebTsvOptions& options, std::vector<std::string>& notes) {
  const BadRows& bad = file.index.bad;
  const std::int64_t lines = file.index.lines();
  std::string text = summary(bad, lines, file.source.path);
  const bool too_many = bad.count >= options.min_bad &&
                        static_cast<double>(bad.count) > options.max_bad_share * static_cast<double>(lines);
  require(!too_many && bad.count < lines, celeb_tsv, "{}",
          lines == 0 ? fmt::format("{} has no rows", file.source.path.string())
                     : text +
                           "\nIf its columns are not the published ones, dataset.toml must name them "
                           "(docs/msceleb.md)");
  if (!text.empty()) notes.push_back(std::move(text));
}

void refuse_identities_in_both(const File& base, const File& novel) {
  std::vector<std::string> ours = base.index.mids, both;
  std::sort(ours.begin(), ours.end());
  for (const std::string& mid : novel.index.mids) {
    if (std::binary_search(ours.begin(), ours.end(), mid)) both.push_back(mid);
  }
  require(both.empty(), celeb_tsv, "no identity may be in {} and in {}, but {} is{}",
          base.source.path.string(), novel.source.path.string(), both.empty() ? "" : both.front(),
          both.size() > 1 ? fmt::format(" (and {} more)", both.size() - 1) : "");
}

using ClassIds = std::unordered_map<std::string, ClassId>;

// Replaces the index's own numbers of identities by class ids; a row whose identity is not in `ids` is bad.
void number_identities(File& file, const ClassIds& ids) {
  std::vector<std::int32_t> class_of;  // by the index's own numbers
  for (const std::string& mid : file.index.mids) {
    const auto found = ids.find(mid);
    class_of.push_back(found == ids.end() ? TsvIndex::bad_row : found->second);
  }
  for (std::int64_t line = 0; line < file.index.lines(); ++line) {
    std::int32_t& identity = file.index.identity[line];
    if (identity < 0) continue;
    const std::string& mid = file.index.mids[identity];
    identity = class_of[identity];
    if (identity == TsvIndex::bad_row) file.index.bad.add(line + 1, mid + " is in neither training file");
  }
}

void keep_one_photo_each(File& novel, std::size_t classes) {
  std::vector<std::int64_t> first(classes);
  for (std::int64_t line = 0; line < novel.index.lines(); ++line) {
    std::int32_t& c = novel.index.identity[line];
    if (c < 0) continue;
    if (first[c] == 0) {
      first[c] = line + 1;
    } else {
      novel.index.bad.add(line + 1, fmt::format("a second photo of the novel identity of line {}", first[c]));
      c = TsvIndex::bad_row;
    }
  }
}

void refuse_contradicting_sets(File& held_out, const std::vector<ClassId>& training_class) {
  if (held_out.index.part.empty()) return;
  for (std::int64_t line = 0; line < held_out.index.lines(); ++line) {
    std::int32_t& c = held_out.index.identity[line];
    if (c < 0) continue;
    const bool base = training_class[c] >= 0;
    if (base == (held_out.index.part[line] == TsvIndex::base)) continue;
    held_out.index.bad.add(line + 1, base
                                         ? "the set is novel, but the identity is in the base training file"
                                         : "the set is base, but the identity is in the novel training file");
    c = TsvIndex::bad_row;
  }
}

// Places in the list of opened files: where one of them is missing, so are those after it.
enum FilePlace : std::uint32_t { base_train, novel_train, held_out };

// Gives photos their ids: class by class, within a class file by file and line by line; photos of nobody
// known come last.
std::vector<TsvRow> number_photos(const std::vector<File>& files, PhotoSet& set) {
  const std::size_t classes = set.classes.size();
  const auto each = [&](const auto& visit) {
    for (std::size_t f = 0; f < files.size(); ++f) {
      const std::vector<std::int32_t>& identity = files[f].index.identity;
      for (std::size_t line = 0; line < identity.size(); ++line) {
        if (identity[line] == TsvIndex::bad_row) continue;
        const bool known = identity[line] != TsvIndex::unlabelled;
        visit(known ? static_cast<std::size_t>(identity[line]) : classes,
              TsvRow{static_cast<std::uint32_t>(f), static_cast<std::uint32_t>(line)});
      }
    }
  };
  // The id of a class's next photo, and, after all classes, of the next one of nobody known.
  std::vector<PhotoId> next(classes + 2);
  each([&](std::size_t c, TsvRow) { ++next[c + 1]; });
  for (std::size_t c = 0; c <= classes; ++c) next[c + 1] += next[c];
  std::vector<TsvRow> rows(static_cast<std::size_t>(next.back()));
  set.photos.resize(rows.size());
  set.first_photo.assign(next.begin(), next.end() - 1);
  each([&](std::size_t c, TsvRow row) {
    const auto p = static_cast<std::size_t>(next[c]++);
    rows[p] = row;
    set.photos[p].class_id = c == classes ? no_class : static_cast<ClassId>(c);
  });
  return rows;
}

// Photos of the training files train or enrol, those of the held-out file test. `set.split` knows already
// which classes are base.
void split_photos_by_file(const std::vector<TsvRow>& rows, CelebTsv& set) {
  Split& split = set.split;
  split.test_may_enrol = false;  // only the training files may be learnt from
  for (std::size_t c = 0; c < set.photos.classes.size(); ++c) {
    std::vector<PhotoId> train, test;
    for (PhotoId p = set.photos.first_photo[c]; p < set.photos.first_photo[c + 1]; ++p) {
      (rows[p].file == held_out ? test : train).push_back(p);
    }
    if (split.training_class[c] >= 0) {
      split.base_train.push_back(std::move(train));
      split.base_test.push_back(std::move(test));
    } else {
      split.novel_enrol.push_back(train.front());
      split.novel_test.push_back(std::move(test));
    }
  }
  for (PhotoId p = set.photos.first_photo.back(); p < std::ssize(rows); ++p) set.unlabelled.push_back(p);
}

}  // namespace

CelebTsv open_celeb_tsv(const DatasetFiles& files, const CelebTsvOptions& options) {
  const bool development = options.held_out == HeldOut::development;
  const std::optional<TsvFile>& test = development ? files.development : files.test;
  require(options.held_out == HeldOut::none || test.has_value(), celeb_tsv,
          "dataset.toml must name a file as {} to recognise it", development ? "development" : "test");
  CelebTsv set;
  std::vector<File> all;
  all.push_back(open(*files.base_train, files.index_folder, set.notes));
  if (files.novel_train) all.push_back(open(*files.novel_train, files.index_folder, set.notes));
  if (options.held_out != HeldOut::none) all.push_back(open(*test, files.index_folder, set.notes));

  std::vector<std::string>& classes = set.photos.classes;
  classes = all[base_train].index.mids;
  if (files.novel_train) {
    refuse_identities_in_both(all[base_train], all[novel_train]);
    const std::vector<std::string>& novel = all[novel_train].index.mids;
    classes.insert(classes.end(), novel.begin(), novel.end());
  }
  std::sort(classes.begin(), classes.end());
  ClassIds ids;
  for (std::size_t c = 0; c < classes.size(); ++c) ids.emplace(classes[c], static_cast<ClassId>(c));
  set.split.training_class.assign(classes.size(), no_class);
  for (const std::string& mid : all[base_train].index.mids) set.split.training_class[ids.at(mid)] = 0;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const bool base = set.split.training_class[c] == 0;
    if (base) set.split.training_class[c] = static_cast<ClassId>(set.split.base_classes.size());
    (base ? set.split.base_classes : set.split.novel_classes).push_back(static_cast<ClassId>(c));
  }
  for (File& file : all) number_identities(file, ids);
  if (files.novel_train) keep_one_photo_each(all[novel_train], classes.size());
  if (options.held_out != HeldOut::none) refuse_contradicting_sets(all[held_out], set.split.training_class);
  for (const File& file : all) note_bad_rows(file, options, set.notes);

  std::vector<TsvRow> rows = number_photos(all, set.photos);
  split_photos_by_file(rows, set);
  std::vector<TsvPhotoFile> sources;
  for (File& file : all) {
    sources.push_back({file.source.path, std::move(file.index.start), file.source.columns.photo});
  }
  set.rows = std::make_shared<const TsvPhotos>(std::move(sources), std::move(rows));
  set.photos.source = set.rows;
  set.photos.names_are_ids = true;
  return set;
}

}  // namespace dg
