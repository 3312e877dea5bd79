#include "data/tsv/tsv_index_file.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>
#include <system_error>

#include "interop/atomic_file.h"
#include "interop/random_access_file.h"
#include "tensor/error.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "DGTSVIX1";
constexpr std::uint64_t kEnd = 64 << 10;  // bytes hashed at either end of the TSV file

// FNV-1a over words of 8 bytes, the last one filled up with zeros: it finds damage, it keeps no secrets.
std::uint64_t hash(std::string_view bytes, std::uint64_t h = 0xcbf29ce484222325u) {
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, std::min<std::size_t>(8, bytes.size() - i));
    h = std::rotl((h ^ word) * 0x100000001b3u, 29);
  }
  return (h ^ bytes.size()) * 0x100000001b3u;
}

// What must be as it was for a kept index to fit.
struct Fingerprint {
  std::uint64_t size = 0, ends = 0;
  std::int64_t modified = 0;
  std::array<std::int64_t, 4> columns{};

  bool operator==(const Fingerprint&) const = default;
};

Fingerprint fingerprint(const fs::path& tsv, const TsvColumns& c) {
  const RandomAccessFile file(tsv);
  std::string ends(2 * kEnd, '\0');
  const std::uint64_t last = file.size() > kEnd ? file.size() - kEnd : 0;
  const std::span<char> all(ends);
  const std::size_t first_bytes = file.read(0, all.first(kEnd));
  ends.resize(first_bytes + file.read(last, all.subspan(first_bytes, kEnd)));
  return {file.size(), hash(ends), file.modified(), {c.count, c.photo, c.mid, c.set}};
}

template <class T>
void put(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
void put_all(std::string& out, const std::vector<T>& values) {
  put(out, values.size());
  out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

void put_text(std::string& out, const std::string& text) {
  put(out, text.size());
  out += text;
}

// Reads what the functions above wrote. A file that ends early gives zeros and empty lists; whether it did is
// asked once, by `whole`, after the hash has said that the bytes are those written.
class IndexReader {
 public:
  explicit IndexReader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  T get() {
    T value{};
    if (const std::string_view bytes = take(sizeof value); !bytes.empty()) {
      std::memcpy(&value, bytes.data(), sizeof value);
    }
    return value;
  }

  template <class T>
  std::vector<T> get_all() {
    const auto count = get<std::size_t>();
    const std::string_view bytes = count <= rest_.size() / sizeof(T) ? take(count * sizeof(T)) : refuse();
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  std::string get_text() { return std::string(take(get<std::size_t>())); }

  bool whole() const { return good_ && rest_.empty(); }

 private:
  std::string_view refuse() {
    good_ = false;
    rest_ = {};
    return {};
  }
  std::string_view take(std::size_t bytes) {
    if (bytes > rest_.size()) return refuse();
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }

  std::string_view rest_;
  bool good_ = true;
};

std::string to_bytes(const TsvIndex& index, const Fingerprint& of) {
  std::string out(kMark);
  put(out, of);
  put_all(out, index.start);
  put_all(out, index.identity);
  put_all(out, index.part);
  put(out, index.mids.size());
  for (const std::string& mid : index.mids) put_text(out, mid);
  put(out, index.bad.count);
  put(out, index.bad.why.size());
  for (const auto& [line, why] : index.bad.why) {
    put(out, line);
    put_text(out, why);
  }
  put(out, hash(out));
  return out;
}

std::optional<TsvIndex> from_bytes(std::string_view bytes, const Fingerprint& wanted) {
  constexpr std::size_t kHash = sizeof(std::uint64_t);
  if (bytes.size() < kMark.size() + kHash || !bytes.starts_with(kMark)) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - kHash);
  if (IndexReader(bytes.substr(body.size())).get<std::uint64_t>() != hash(body)) return std::nullopt;
  IndexReader in(body.substr(kMark.size()));
  if (in.get<Fingerprint>() != wanted) return std::nullopt;
  TsvIndex index;
  index.start = in.get_all<std::uint64_t>();
  index.identity = in.get_all<std::int32_t>();
  index.part = in.get_all<std::uint8_t>();
  for (auto left = in.get<std::size_t>(); left > 0; --left) index.mids.push_back(in.get_text());
  index.bad.count = in.get<std::int64_t>();
  for (auto left = in.get<std::size_t>(); left > 0; --left) {
    const auto line = in.get<std::int64_t>();
    index.bad.why.emplace(line, in.get_text());
  }
  if (!in.whole()) return std::nullopt;
  return index;
}

std::optional<std::string> read_all(const fs::path& path) {
  try {
    const RandomAccessFile file(path);
    std::string bytes(file.size(), '\0');
    bytes.resize(file.read(0, bytes));
    return bytes;
  } catch (const IoError&) {  // no kept index, or none that can be read
    return std::nullopt;
  }
}

}  // namespace

fs::path tsv_index_path(const fs::path& tsv, const fs::path& folder) {
  const fs::path name = tsv.filename().string() + ".index";
  return (folder.empty() ? tsv.parent_path() : folder) / name;
}

KeptTsvIndex load_or_scan_tsv(const fs::path& tsv, const TsvColumns& columns, const fs::path& kept) {
  const Fingerprint now = fingerprint(tsv, columns);
  if (const auto bytes = read_all(kept)) {
    if (auto index = from_bytes(*bytes, now)) {
      KeptTsvIndex result;
      result.index = std::move(*index);
      return result;
    }
  }
  KeptTsvIndex result;
  result.index = scan_tsv(tsv, columns);
  result.scanned = true;
  try {
    if (kept.has_parent_path()) {
      std::error_code failed;
      fs::create_directories(kept.parent_path(), failed);  // a failure shows below
    }
    AtomicFile file(kept);
    file.write(to_bytes(result.index, now));
    file.commit();
  } catch (const IoError& e) {
    result.not_kept = e.what();
  }
  return result;
}

}  // namespace dg
