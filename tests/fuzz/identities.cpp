#include "fuzz/targets.h"
#include "interop/whole_file.h"
#include "training/run/identity_table.h"

namespace dg::fuzz {

void identities(Input input) {
  const std::filesystem::path path = file_of(folder("identities") / "identities.tsv", input);
  IdentityTable table;
  if (!accepted([&] { table = IdentityTable::read(path); })) return;
  const std::string text = table.text();
  write_file_text(path, text);
  const IdentityTable again = IdentityTable::read(path);
  expect(again.text() == text, "a written table must be read as it was");
  expect(changes(table, again).empty(), "a written table must have the same identities");
}

}  // namespace dg::fuzz
