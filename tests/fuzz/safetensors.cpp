#include "interop/safetensors.h"

#include <algorithm>

#include "fuzz/targets.h"

namespace dg::fuzz {

// An input that begins with { is a header, to the first zero, and the data behind it; the length of the
// header is made to fit. Any other input is the file as it is.
void safetensors(Input input) {
  std::vector<std::uint8_t> bytes;
  if (!input.empty() && input[0] == '{') {
    const auto header = static_cast<std::uint64_t>(std::find(input.begin(), input.end(), 0) - input.begin());
    for (unsigned i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(header >> 8 * i));
    const Input text = take(input, header);
    bytes.insert(bytes.end(), text.begin(), text.end());
    take_byte(input);
  }
  bytes.insert(bytes.end(), input.begin(), input.end());
  const std::filesystem::path path = file_of(folder("safetensors") / "input.safetensors", bytes);
  accepted([&] {
    SafetensorsReader reader(path);
    std::uint64_t data = 0;
    for (const auto& entry : reader.entries()) {
      expect(reader.find(entry.name) != nullptr, "a tensor must be found by its name");
      expect(reader.offset(entry) + (entry.end - entry.begin) <= bytes.size(),
             "a tensor must be in the file");
      data += entry.end - entry.begin;
    }
    for (const auto& entry : reader.entries()) {
      accepted([&] {
        expect(reader.read(entry.name).bytes.size() == tensor_bytes(entry.dtype, entry.shape),
               "a tensor must be whole");
      });
    }
    expect(data < bytes.size(), "data must not overlap");
  });
}

}  // namespace dg::fuzz
