#include "training/run/data_path.h"

#include "error_text.h"
#include "interop/whole_file.h"
#include "tests/training/tiny_run.h"

namespace dg {
namespace {

TEST(DataPath, IsTheOnlyLineOfTheFile) {
  const fs::path run = fresh_folder("data_path");
  EXPECT_EQ(stored_data_path(run), std::nullopt);
  for (const char* text : {"/photos of me", "/photos of me\n"}) {
    write_file_text(run / "data.txt", text);
    EXPECT_EQ(stored_data_path(run), fs::path("/photos of me"));
  }
  for (const char* text : {"", "\n", "/a\n/b\n"}) {
    write_file_text(run / "data.txt", text);
    EXPECT_TRUE(contains(error_text<IoError>([&] { stored_data_path(run); }), "data.txt: must have one line"))
        << text;
  }
}

}  // namespace
}  // namespace dg
