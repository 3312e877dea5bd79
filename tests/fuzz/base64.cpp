#include "data/tsv/base64.h"

#include "fuzz/targets.h"
#include "interop/whole_file.h"
#include "tests/data/tsv/celeb_files.h"

namespace dg::fuzz {

// Strict decoding takes one text for each sequence of bytes.
void base64(Input input) {
  std::vector<std::uint8_t> bytes;
  if (accepted([&] { bytes = decode_base64(as_text(input)); }))
    expect(to_base64(bytes) == as_text(input), "encoding the decoded bytes must give the text");
}

}  // namespace dg::fuzz
