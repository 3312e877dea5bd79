#include "training/run/stored_list.h"

#include <gtest/gtest.h>

#include "error_text.h"
#include "interop/safetensors.h"
#include "tests/training/tiny_run.h"
#include "training/run/train_run.h"

namespace dg {
namespace {

TEST(StoredList, IsThatOfTheTrainer) {
  const fs::path data = pattern_folder("stored_list"), run = fresh_folder("stored_list_run") / "run";
  const TrainResult trained = train({.data = data, .run = run, .config = tiny_config({"steps=6"})});
  const auto list = stored_list(run / "checkpoints" / "step-6.safetensors");
  ASSERT_TRUE(list);
  const std::vector<ClassId> entries(list->entries().begin(), list->entries().end());
  EXPECT_EQ(entries, trained.doppelgangers);
  EXPECT_TRUE(std::ranges::any_of(entries, [](ClassId c) { return c != no_class; }));
}

fs::path file_with(const State& state, const std::string& name = "state.doppelgangers") {
  const fs::path file = fresh_folder("stored_list_file") / "file.safetensors";
  const std::vector<TensorBytes> tensors{
      {name, "U8", {static_cast<std::int64_t>(state.size())}, std::as_bytes(std::span(state))}};
  write_safetensors(file, tensors);
  return file;
}

TEST(StoredList, FilesWithoutAListHaveNone) {
  EXPECT_FALSE(stored_list(file_with(DoppelgangerList(3).save(), "other")));
}

TEST(StoredList, DamageIsNamedWithTheFile) {
  DoppelgangerList list(3);
  list.observe_classes(std::vector<ClassId>{0, 1}, std::vector<ClassId>{2, 0});
  State state = list.save();
  EXPECT_EQ(*stored_list(file_with(state)), list);
  state[12] = 3;  // the first entry, of 0..2
  const fs::path file = file_with(state);
  EXPECT_TRUE(contains(error_text<IoError>([&] { stored_list(file); }), file.string()));
  state.pop_back();
  EXPECT_TRUE(contains(error_text<IoError>([&] { stored_list(file_with(state)); }), "ends too early"));
  StateWriter none("DGLS");
  none.put(std::vector<ClassId>());
  EXPECT_TRUE(contains(error_text<IoError>([&] { stored_list(file_with(std::move(none).finish())); }),
                       "classes must be at least 1"));
}

}  // namespace
}  // namespace dg
