#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "interop/checksum.h"
#include "interop/safetensors.h"
#include "interop/whole_file.h"
#include "tensor/check.h"

namespace dg {
namespace {

using Json = nlohmann::json;
constexpr std::uint64_t largest_header = 100'000'000;  // the format's own limit

// Parses JSON, but refuses an object that names a key twice: a JSON library silently keeps one of them.
Json parse_strictly(const std::string& text) {
  std::vector<std::set<std::string>> keys;
  return Json::parse(text, [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw Error(fmt::format("the header names {} twice", value.get<std::string>()));
    }
    return true;
  });
}

// Errors are without the path, which the caller adds.
SafetensorsReader::Entry parse_entry(const std::string& name, const Json& json) {
  const auto demand = [&](bool ok, const char* what) {
    if (!ok) throw Error(fmt::format("tensor {}: {}", name, what));
  };
  const auto natural = [](const Json& j) {
    return j.is_number_unsigned() && j.get<std::uint64_t>() < 1ull << 63;
  };
  demand(
      json.is_object() && json.contains("dtype") && json.contains("shape") && json.contains("data_offsets"),
      "its entry must have dtype, shape and data_offsets");
  const Json &dtype = json["dtype"], &shape = json["shape"], &offsets = json["data_offsets"];
  demand(dtype.is_string(), "dtype must be a string");
  demand(shape.is_array() && std::all_of(shape.begin(), shape.end(), natural),
         "shape must be an array of sizes");
  demand(offsets.is_array() && offsets.size() == 2 && natural(offsets[0]) && natural(offsets[1]),
         "data_offsets must be two integers >= 0");
  SafetensorsReader::Entry entry{.name = name,
                                 .dtype = dtype.get<std::string>(),
                                 .shape = shape.get<std::vector<std::int64_t>>(),
                                 .begin = offsets[0].get<std::uint64_t>(),
                                 .end = offsets[1].get<std::uint64_t>()};
  std::uint64_t bytes = 0;
  try {
    bytes = tensor_bytes(entry.dtype, entry.shape);
  } catch (const Error& e) {
    throw Error(fmt::format("tensor {}: {}", name, e.what()));
  }
  if (entry.begin > entry.end || entry.end - entry.begin != bytes) {
    throw Error(fmt::format("tensor {}: data_offsets {}..{} do not fit {} bytes of {} {}", name, entry.begin,
                            entry.end, bytes, entry.dtype, shape.dump()));
  }
  return entry;
}

}  // namespace

SafetensorsReader::SafetensorsReader(const std::filesystem::path& path) : file_(path) {
  std::uint64_t n = 0;
  if (file_.read(0, std::span(reinterpret_cast<char*>(&n), sizeof n)) < sizeof n) {
    refuse(fmt::format("it has {} bytes, and the length of the header alone takes 8", file_.size()));
  }
  if (n > largest_header || n > file_.size() - 8) {
    refuse(fmt::format("offset 0: a header of {} bytes is announced, the file has {}", n, file_.size()));
  }
  std::string text(n, '\0');
  if (file_.read(8, text) < n) refuse("offset 8: the header cannot be read");
  data_start_ = 8 + n;
  try {
    parse_header(text);
  } catch (const Json::exception& e) {
    refuse(fmt::format("offset 8: the header is not JSON: {}", e.what()));
  } catch (const IoError&) {
    throw;
  } catch (const Error& e) {
    refuse(e.what());
  }
  check_header();
  check_layout();
}

void SafetensorsReader::refuse(const std::string& why) const {
  throw IoError(fmt::format("{}: not a good safetensors file: {}", file_.path().string(), why));
}

void SafetensorsReader::check_header() const {
  const auto stored = metadata_.find(header_checksum_key);
  if (stored == metadata_.end()) return;
  std::vector<TensorBytes> tensors;
  for (const Entry& e : entries_) tensors.push_back({e.name, e.dtype, e.shape, {}});
  if (header_checksum(tensors, metadata_) != stored->second)
    refuse("offset 8: the header is damaged: it does not give its checksum");
}

void SafetensorsReader::parse_header(const std::string& text) {
  if (text.empty() || text[0] != '{') refuse("offset 8: the header must start with {");
  const Json header = parse_strictly(text);
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") {
      entries_.push_back(parse_entry(name, value));
      continue;
    }
    if (!value.is_object()) refuse("__metadata__ must be an object of strings");
    for (const auto& [key, text_value] : value.items()) {
      if (!text_value.is_string()) refuse(fmt::format("__metadata__: {} must be a string", key));
      metadata_[key] = text_value.get<std::string>();
    }
  }
  const auto found = metadata_.find(checksums_key);
  std::string_view lines = found == metadata_.end() ? "" : std::string_view(found->second);
  for (std::string_view line; next_line(lines, line);) {
    const auto space = line.rfind(' ');
    if (space != std::string_view::npos) checksums_.emplace(line.substr(0, space), line.substr(space + 1));
  }
}

void SafetensorsReader::check_layout() const {
  std::vector<const Entry*> order;
  for (const Entry& e : entries_) order.push_back(&e);
  std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  const std::uint64_t data = file_.size() - data_start_;
  std::uint64_t at = 0;
  const Entry* before = nullptr;
  for (const Entry* e : order) {
    const std::uint64_t start = offset(*e);
    if (e->end > data) {
      refuse(fmt::format("tensor {} at offset {} ends at {}, the file at {}: it is cut short", e->name, start,
                         data_start_ + e->end, file_.size()));
    }
    if (e->begin < at) {
      refuse(fmt::format("tensor {} at offset {} overlaps tensor {}, which ends at {}", e->name, start,
                         before->name, data_start_ + at));
    }
    if (e->begin > at) {
      refuse(fmt::format("tensor {} at offset {} leaves a hole of {} bytes before it", e->name, start,
                         e->begin - at));
    }
    at = e->end;
    before = e;
  }
  if (at != data) refuse(fmt::format("offset {}: {} bytes belong to no tensor", data_start_ + at, data - at));
}

const SafetensorsReader::Entry* SafetensorsReader::find(const std::string& name) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), name,
                                      [](const Entry& e, const std::string& n) { return e.name < n; });
  return found == entries_.end() || found->name != name ? nullptr : &*found;
}

void SafetensorsReader::read(const Entry& entry, std::span<std::byte> out) {
  require(out.size() == entry.end - entry.begin, "safetensors", "{} needs {} bytes to be read into, got {}",
          entry.name, entry.end - entry.begin, out.size());
  if (file_.read(offset(entry), std::span(reinterpret_cast<char*>(out.data()), out.size())) < out.size()) {
    throw IoError(fmt::format("{}: tensor {} at offset {} cannot be read: the file has become shorter",
                              file_.path().string(), entry.name, offset(entry)));
  }
  const auto sum = checksums_.find(entry.name);
  if (sum != checksums_.end() && fmt::format("{:016x}", checksum(out)) != sum->second) {
    throw IoError(fmt::format("{}: tensor {} at offset {} is damaged: its bytes do not give its checksum",
                              file_.path().string(), entry.name, offset(entry)));
  }
}

NamedTensor SafetensorsReader::read(const std::string& name) {
  const Entry* entry = find(name);
  if (entry == nullptr) throw IoError(fmt::format("{}: there is no tensor {}", file_.path().string(), name));
  NamedTensor tensor{.name = name, .dtype = entry->dtype, .shape = entry->shape, .bytes = {}};
  tensor.bytes.resize(entry->end - entry->begin);
  read(*entry, tensor.bytes);
  return tensor;
}

}  // namespace dg
