#include "training/run/identity_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <span>
#include <string_view>
#include <unordered_set>

#include "interop/checksum.h"
#include "interop/whole_file.h"
#include "tensor/check.h"
#include "training/run/names.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// Reads the columns of a line from its end: a name may hold tabs.
class LineEnd {
 public:
  explicit LineEnd(std::string_view line) : left_(line) {}

  std::string_view column() {
    const std::size_t tab = left_.rfind('\t');
    if (tab == std::string_view::npos) return {};
    const std::string_view column = left_.substr(tab + 1);
    left_ = left_.substr(0, tab);
    return column;
  }
  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

template <class Number>
bool parse(std::string_view text, Number& number, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_part(std::string_view text, bool& base) {
  base = text == "base";
  return base || text == "novel";
}

bool parse_photos(std::string_view count, std::string_view all, std::string_view smallest,
                  PhotoHashes& photos) {
  if (!parse(count, photos.photos, 10) || photos.photos < 1 || !parse(all, photos.all, 16)) return false;
  while (!smallest.empty()) {
    const std::string_view hash = smallest.substr(0, smallest.find(','));
    if (!parse(hash, photos.smallest.emplace_back(), 16)) return false;
    smallest.remove_prefix(std::min(smallest.size(), hash.size() + 1));
  }
  return photos.smallest.empty() ||
         photos.smallest.size() == std::min(PhotoHashes::kept, static_cast<std::size_t>(photos.photos));
}

bool parse_row(std::string_view line, bool with_photos, IdentityTable::Row& row) {
  LineEnd end(line);
  if (with_photos) {
    const std::string_view smallest = end.column(), all = end.column(), count = end.column();
    if (!parse_photos(count, all, smallest, row.photos)) return false;
  }
  if (!parse_part(end.column(), row.base)) return false;
  row.name = end.left();
  return !row.name.empty();
}

// "1 identity is gone: a" or "3 identities are gone: a, b, c"
std::string some(const std::vector<std::string>& names, const char* one_is, const char* they_are) {
  return fmt::format("{} {}: {}", names.size(), names.size() == 1 ? one_is : they_are, first_five(names));
}

std::int64_t shared_photos(const PhotoHashes& kept, const PhotoSet& set, ClassId identity) {
  return std::ranges::count_if(set.photos_of(identity), [&](PhotoId photo) {
    return std::ranges::binary_search(kept.smallest, set.source->fingerprint(photo));
  });
}

// Two photos, because one of the same name may have the same size by chance: small photos of one camera or
// program differ by some hundred bytes.
bool share_photos(const PhotoHashes& kept, const PhotoSet& set, ClassId identity) {
  return shared_photos(kept, set, identity) >= (kept.smallest.size() > 1 ? 2 : 1);
}

}  // namespace

PhotoHashes PhotoHashes::of(const PhotoSet& set, ClassId identity) {
  std::vector<std::uint64_t> hashes;
  for (const PhotoId photo : set.photos_of(identity)) hashes.push_back(set.source->fingerprint(photo));
  std::ranges::sort(hashes);
  PhotoHashes result;
  result.photos = std::ssize(hashes);
  result.all = checksum(std::as_bytes(std::span(hashes)));
  hashes.resize(set.names_are_ids ? 0 : std::min(kept, hashes.size()));
  result.smallest = std::move(hashes);
  return result;
}

IdentityTable IdentityTable::of(const PhotoSet& set, const Split& split) {
  IdentityTable table;
  for (ClassId c = 0; c < std::ssize(set.classes); ++c)
    table.rows.push_back({set.classes[c], split.training_class[c] >= 0, PhotoHashes::of(set, c)});
  return table;
}

IdentityTable IdentityTable::read(const fs::path& file) {
  const std::string text = read_file_text(file);
  std::size_t number = 0;
  const auto fail = [&](std::string_view why) {
    throw IoError(fmt::format("{}{}: {}", file.string(), number > 0 ? fmt::format(":{}", number) : "", why));
  };
  if (!text.ends_with('\n')) fail(text.empty() ? "is empty" : "is cut short: its last line has no end");
  IdentityTable table;
  std::unordered_set<std::string> names;
  std::string_view left = text, line;
  while (next_line(left, line)) {
    ++number;
    bool unused = false;
    if (number == 1) table.has_photos = !parse_part(LineEnd(line).column(), unused);
    Row row;
    if (!parse_row(line, table.has_photos, row))
      fail(table.has_photos ? "must have a name, base or novel, a number of photos and their hashes"
                            : "must have a name, a tab, and base or novel");
    if (!names.insert(row.name).second) fail("a name that an earlier line has");
    table.rows.push_back(std::move(row));
  }
  number = 0;
  if (std::ranges::none_of(table.rows, &Row::base)) fail("names nobody as base: no run has written it");
  return table;
}

std::string IdentityTable::text() const {
  std::string text;
  for (const Row& row : rows) {
    text += fmt::format("{}\t{}", row.name, row.base ? "base" : "novel");
    if (has_photos) {
      text += fmt::format("\t{}\t{:016x}\t", row.photos.photos, row.photos.all);
      for (std::size_t i = 0; i < row.photos.smallest.size(); ++i)
        text += fmt::format("{}{:016x}", i == 0 ? "" : ",", row.photos.smallest[i]);
    }
    text += '\n';
  }
  return text;
}

std::string IdentityTable::fingerprint() const {
  const std::string all = text();
  return fmt::format("{:016x}", checksum(std::as_bytes(std::span(all))));
}

std::set<std::string> IdentityTable::base_names() const {
  std::set<std::string> names;
  for (const Row& row : rows) {
    if (row.base) names.insert(row.name);
  }
  return names;
}

std::string changes(const IdentityTable& then, const IdentityTable& now) {
  std::map<std::string, const IdentityTable::Row*> before;
  for (const IdentityTable::Row& row : then.rows) before[row.name] = &row;
  std::vector<std::string> added, to_base, to_novel, other_photos;
  for (const IdentityTable::Row& row : now.rows) {
    const auto found = before.find(row.name);
    if (found == before.end()) {
      added.push_back(row.name);
      continue;
    }
    const IdentityTable::Row& old = *found->second;
    before.erase(found);
    if (row.base != old.base) (row.base ? to_base : to_novel).push_back(row.name);
    if (!then.has_photos || !now.has_photos || row.photos == old.photos) continue;
    other_photos.push_back(
        row.photos.photos == old.photos.photos
            ? row.name
            : fmt::format("{} ({} then, {} now)", row.name, old.photos.photos, row.photos.photos));
  }
  std::vector<std::string> gone;
  for (const auto& [name, row] : before) gone.push_back(name);
  std::vector<std::string> parts;
  const auto tell = [&](const std::vector<std::string>& names, const char* one, const char* several) {
    if (!names.empty()) parts.push_back(some(names, one, several));
  };
  tell(gone, "identity is gone", "identities are gone");
  tell(added, "identity is new", "identities are new");
  tell(to_base, "identity was novel and is base now", "identities were novel and are base now");
  tell(to_novel, "identity was base and is novel now", "identities were base and are novel now");
  tell(other_photos, "identity has photos of other names or sizes",
       "identities have photos of other names or sizes");
  return fmt::format("{}", fmt::join(parts, "; "));
}

bool mixes_photos(const IdentityTable::Row& row, const PhotoSet& set, ClassId identity) {
  return shared_photos(row.photos, set, identity) > 0 && PhotoHashes::of(set, identity) != row.photos;
}

KnownIdentities known_identities(const IdentityTable& table, const PhotoSet& set, KnownBy by) {
  KnownIdentities known;
  const std::size_t all = set.classes.size();
  if (by == KnownBy::nothing) {
    known.why = fmt::format("all {} identities are taken as novel, as asked for", all);
    return known;
  }
  std::map<std::string, const IdentityTable::Row*> trained;
  for (const IdentityTable::Row& row : table.rows) {
    if (row.base) trained[row.name] = &row;
  }
  const bool names_are_ids = std::ranges::all_of(
      table.rows, [](const IdentityTable::Row& row) { return row.photos.smallest.empty(); });
  const bool by_photos = by == KnownBy::photos && !names_are_ids;
  std::vector<std::string> strangers;
  for (ClassId c = 0; c < std::ssize(set.classes); ++c) {
    const auto found = trained.find(set.classes[c]);
    if (found == trained.end()) continue;
    if (!by_photos || share_photos(found->second->photos, set, c)) {
      known.names.insert(set.classes[c]);
    } else {
      strangers.push_back(set.classes[c]);
    }
  }
  known.why = fmt::format(
      "{} of {} identities are taken as known to the network, because {} of identities that it was trained "
      "on",
      known.names.size(), all,
      by_photos ? "they have the name and photos (by name and size)" : "they have the names");
  known.by_photos = by_photos && strangers.empty();
  if (by == KnownBy::photos && !table.has_photos && !known.names.empty())
    known.why +=
        "; the run is of an older version and has kept no more than names (--all-novel if they are "
        "other people)";
  if (!strangers.empty())
    known.why += fmt::format(
        "; {} more have the names of such identities but not their photos and are taken as novel: {} "
        "(--known-names if they are the same people)",
        strangers.size(), first_five(strangers));
  return known;
}

}  // namespace dg
