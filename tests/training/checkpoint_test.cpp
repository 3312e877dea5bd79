// Checkpoint files: what is refused, and that Python's safetensors package reads and writes them. Those tests
// are skipped where `python3` (or $DG_PYTHON) has no safetensors and numpy.
#include "training/checkpoint.h"

#include <cstdlib>

#include "error_text.h"
#include "interop/safetensors.h"
#include "training/tiny_trainer.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

// A trainer after two steps, and its checkpoint.
class Checkpoint : public testing::Test {
 protected:
  void SetUp() override {
    data = pattern_folder("checkpoint");
    folder = fresh_folder("checkpoint_files");
    file = folder / "step-2.safetensors";
    TinyTrainer tiny(data, tiny_config());
    tiny.trainer.initialise();
    for (int i = 0; i < 2; ++i) tiny.trainer.step();
    save_checkpoint(file, tiny.trainer, tiny.config, {.metrics = {1, 2, 3}, .best = {{"novel_top1", 0.25}}});
  }

  std::string refusal() {
    TinyTrainer tiny(data, tiny_config());
    return error_text<IoError>([&] { load_checkpoint(file, tiny.trainer); });
  }

  fs::path data, folder, file;
};

TEST_F(Checkpoint, KeepsWhatTheRunKnows) {
  TinyTrainer tiny(data, tiny_config());
  const RunState run = load_checkpoint(file, tiny.trainer);
  EXPECT_EQ(run.metrics, (State{1, 2, 3}));
  EXPECT_EQ(best_score(file).of, "novel_top1");
  EXPECT_EQ(best_score(file).value, 0.25);
}

TEST_F(Checkpoint, OneWrongBitIsRefusedWithTensorAndOffset) {
  const std::string whole = bytes_of(file);
  const SafetensorsReader reader(file);
  for (const char* name :
       {"stem.conv1.weight", "l2_softmax.alpha", "velocity.fc.bias", "state.sampler", "state.metrics"}) {
    const auto* entry = reader.find(name);
    ASSERT_NE(entry, nullptr) << name;
    const std::uint64_t start = reader.offset(*entry), length = entry->end - entry->begin;
    for (const std::uint64_t at : {start, start + length - 1}) {
      std::string damaged = whole;
      damaged[at] ^= 4;
      std::ofstream(file, std::ios::binary) << damaged;
      EXPECT_EQ(refusal(),
                fmt::format("{}: tensor {} at offset {} is damaged: its bytes do not give its checksum",
                            file.string(), name, start));
    }
  }
}

TEST_F(Checkpoint, ANumberThatIsNotFiniteIsNeitherWrittenNorRead) {
  TinyTrainer tiny(data, tiny_config());
  load_checkpoint(file, tiny.trainer);
  const std::string before = bytes_of(file);
  Tensor(tiny.trainer.network().embedding_layer().bias().value.value())
      .fill(std::numeric_limits<float>::infinity());
  EXPECT_TRUE(contains(error_text([&] { save_checkpoint(file, tiny.trainer, tiny.config); }),
                       "fc.bias holds a number that is not finite"));
  EXPECT_TRUE(bytes_of(file) == before);

  TinyTrainer other(data, tiny_config());
  other.trainer.allocate();
  Network& network = other.trainer.network();
  const Parameter& first = *network.parameters()[0];
  std::vector<float> weights(static_cast<std::size_t>(first.shape.elements()), 1.0f);
  weights.back() = std::numeric_limits<float>::quiet_NaN();
  std::vector<std::int64_t> sizes;
  for (int axis = 0; axis < first.shape.rank(); ++axis) sizes.push_back(first.shape[axis]);
  write_safetensors(file,
                    std::vector<TensorBytes>{{first.name, "F32", sizes, std::as_bytes(std::span(weights))}});
  EXPECT_TRUE(contains(error_text<IoError>([&] { load_network(file, network); }), first.name + " at offset"));
  EXPECT_TRUE(contains(error_text<IoError>([&] { load_network(file, network); }), "is not finite"));
}

TEST_F(Checkpoint, AStateThatWasHaltedIsNeverResumedFrom) {
  TinyTrainer tiny(data, tiny_config());
  load_checkpoint(file, tiny.trainer);
  save_checkpoint(file, tiny.trainer, tiny.config, {.halted = "a gradient was not finite"});
  EXPECT_TRUE(contains(refusal(), "in the middle of a step: a gradient was not finite"));
  EXPECT_EQ(checkpoint_step(file), 2);
}

TEST_F(Checkpoint, AnotherNetworksFileIsRefusedWithTensorAndOffset) {
  TinyTrainer larger(data, tiny_config({"network.embedding=16"}));
  larger.trainer.initialise();
  save_checkpoint(file, larger.trainer, larger.config);
  const SafetensorsReader reader(file);
  const auto& fc = *reader.find("fc.weight");
  EXPECT_EQ(refusal(), fmt::format("{}: tensor fc.weight at offset {} must be F32 [16, {}], got F32 [32, {}]",
                                   file.string(), reader.offset(fc), fc.shape[1], fc.shape[1]));
}

TEST_F(Checkpoint, StatesOfOtherDataAreRefusedWithTheFile) {
  // The same number of classes, one photo more.
  write_jpeg(data / "000" / "9.jpg", pattern(0, 9), 95);
  TinyTrainer tiny(data, tiny_config());
  const std::string text = error_text([&] { load_checkpoint(file, tiny.trainer); });
  EXPECT_TRUE(text.starts_with(file.string() + ": ")) << text;
  EXPECT_NE(text.find("27 photos"), std::string::npos) << text;
}

// Whoever hands a checkpoint on may have written anything into its states, with the right checksums.
TEST_F(Checkpoint, AStateWithOtherNumbersIsRefusedOrHarmless) {
  TinyTrainer whole(data, tiny_config());
  load_checkpoint(file, whole.trainer);
  const auto state = whole.trainer.save_state();
  int refused = 0;
  for (std::size_t s = 0; s < state.size(); ++s) {
    for (std::size_t at = 4; at + 4 <= state[s].second.size(); at += 4) {
      for (const std::int32_t value : {0x7FFFFFFF, -2, 0x10000000}) {
        auto other = state;
        std::memcpy(other[s].second.data() + at, &value, sizeof value);
        TinyTrainer tiny(data, tiny_config());
        tiny.trainer.allocate();
        if (error_text([&] { tiny.trainer.load_state(other); }) == "no error") {
          EXPECT_LE(tiny.trainer.distinct_classes(0), 9) << state[s].first << " " << at;
        } else {
          ++refused;
        }
      }
    }
  }
  EXPECT_GT(refused, 300);
}

TEST_F(Checkpoint, APlannedBatchOfOthersIsRefused) {
  TinyTrainer whole(data, tiny_config());
  load_checkpoint(file, whole.trainer);
  const auto state = whole.trainer.save_state();
  const auto refusal_of = [&](const auto& change) {
    auto other = state;
    Batch batch = load_batch(other.back().second);
    change(batch);
    other.back().second = save_batch(batch);
    TinyTrainer tiny(data, tiny_config());
    return error_text([&] { tiny.trainer.load_state(other); });
  };
  EXPECT_EQ(refusal_of([](Batch&) {}), "no error");
  EXPECT_TRUE(contains(refusal_of([](Batch& b) { b = {}; }), "sampling.batch"));
  EXPECT_TRUE(
      contains(refusal_of([](Batch& b) { b.photos[0] = b.photos.back(); }), "by photos that train it"));
  EXPECT_TRUE(contains(refusal_of([](Batch& b) { b.photos[0] = -1; }), "by photos that train it"));
  EXPECT_TRUE(contains(refusal_of([](Batch& b) {
                         for (ClassId& label : b.labels) label = label == b.classes[0] ? 9 : label;
                         b.classes[0] = 9;
                       }),
                       "different classes of 0..8, got 9"));
}

TEST_F(Checkpoint, MorePlannedBatchesThanTheLagAllowsAreRefused) {
  TinyTrainer whole(data, tiny_config());
  load_checkpoint(file, whole.trainer);
  auto state = whole.trainer.save_state();
  for (std::size_t i = state.size(); i < 20; ++i)
    state.emplace_back(Trainer::planned_state(i), state.back().second);
  TinyTrainer tiny(data, tiny_config());
  EXPECT_TRUE(contains(error_text([&] { tiny.trainer.load_state(state); }), "planned batches"));
}

TEST_F(Checkpoint, NumbersOfStepsThatNoRunReachesAreRefused) {
  TinyTrainer whole(data, tiny_config());
  load_checkpoint(file, whole.trainer);
  const auto state = whole.trainer.save_state();
  const auto refusal_of = [&](std::size_t at, std::int64_t value) {
    auto other = state;
    std::memcpy(other[0].second.data() + at, &value, sizeof value);
    TinyTrainer tiny(data, tiny_config());
    return error_text([&] { tiny.trainer.load_state(other); });
  };
  // Behind the tag of four letters: steps done, then steps that looked collapsed.
  EXPECT_TRUE(contains(refusal_of(4, std::numeric_limits<std::int64_t>::max()), "number of saved steps"));
  EXPECT_TRUE(contains(refusal_of(4, -1), "number of saved steps"));
  EXPECT_TRUE(contains(refusal_of(12, 3), "looked collapsed must be in 0..2, got 3"));
}

TEST_F(Checkpoint, ABestWithoutItsFigureIsRefused) {
  write_safetensors(file, {}, {{"novel_top1", "high"}});
  EXPECT_EQ(error_text<IoError>([&] { best_score(file); }),
            file.string() + ": the metadata must have a number pairs_accuracy or novel_top1 or base_top1");
  write_safetensors(file, {});
  EXPECT_EQ(error_text<IoError>([&] { best_score(file); }),
            file.string() + ": the metadata must have a number pairs_accuracy or novel_top1 or base_top1");
}

TEST_F(Checkpoint, ANetworkOfHalvesIsRead) {
  TinyTrainer tiny(data, tiny_config());
  tiny.trainer.allocate();
  Network& network = tiny.trainer.network();
  for (const auto& [dtype, one_and_a_half] :
       {std::pair<std::string, std::uint16_t>{"F16", 0x3E00}, {"BF16", 0x3FC0}}) {
    std::uint64_t begin = 0;
    std::string entries, numbers;
    for (const Parameter* p : network.parameters()) {
      std::vector<int> sizes;
      for (int axis = 0; axis < p->shape.rank(); ++axis) sizes.push_back(static_cast<int>(p->shape[axis]));
      const auto count = static_cast<std::uint64_t>(p->shape.elements());
      entries += fmt::format(R"({}"{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                             entries.empty() ? "" : ",", p->name, dtype, fmt::join(sizes, ","), begin,
                             begin + 2 * count);
      begin += 2 * count;
      for (std::uint64_t i = 0; i < count; ++i)
        numbers.append(reinterpret_cast<const char*>(&one_and_a_half), 2);
    }
    const std::string header = "{" + entries + "}";
    const std::uint64_t length = header.size();
    std::ofstream(file, std::ios::binary)
        << std::string(reinterpret_cast<const char*>(&length), 8) << header << numbers;
    load_network(file, network);
    for (const Parameter* p : network.parameters()) EXPECT_EQ(p->value.value().to_vector()[0], 1.5f);
    EXPECT_TRUE(contains(refusal(), "must be F32"));  // not to be continued from
  }
}

class PythonSafetensors : public Checkpoint {
 protected:
  void SetUp() override {
    const char* asked = std::getenv("DG_PYTHON");
    if (asked != nullptr) python = asked;
    if (std::system((python + " -c 'import numpy, safetensors.numpy' 2>/dev/null").c_str()) != 0)
      GTEST_SKIP() << python << " has no safetensors and numpy (DG_PYTHON names another Python)";
    Checkpoint::SetUp();
  }
  std::string python = "python3";
};

TEST_F(PythonSafetensors, OpensACheckpointAndWritesOneThatContinues) {
  const fs::path copy = folder / "copy.safetensors";
  const std::string command = fmt::format("{} {}/tests/interop/copy_with_python.py {} {}", python,
                                          DG_SOURCE_DIR, file.string(), copy.string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  SafetensorsReader ours(file), theirs(copy);
  EXPECT_EQ(theirs.metadata(), ours.metadata());
  ASSERT_EQ(theirs.entries().size(), ours.entries().size());
  for (const auto& entry : ours.entries()) {
    const NamedTensor a = ours.read(entry.name), b = theirs.read(entry.name);
    EXPECT_EQ(a.dtype, b.dtype) << entry.name;
    EXPECT_EQ(a.shape, b.shape) << entry.name;
    EXPECT_TRUE(a.bytes == b.bytes) << entry.name;
  }
  const auto after = [&](const fs::path& start) {
    TinyTrainer tiny(data, tiny_config());
    load_checkpoint(start, tiny.trainer);
    tiny.trainer.step();
    save_checkpoint(folder / "after", tiny.trainer, tiny.config);
    return bytes_of(folder / "after");
  };
  EXPECT_TRUE(after(file) == after(copy));
}

// What docs/checkpoints.md shows.
TEST_F(PythonSafetensors, TheDocumentsLinesWork) {
  std::ifstream document(fs::path(DG_SOURCE_DIR) / "docs" / "checkpoints.md");
  std::string script, line;
  while (std::getline(document, line)) {
    if (line.starts_with("    from safetensors") || (!script.empty() && line.starts_with("    ")))
      script += line.substr(4) + "\n";
  }
  const std::string shown = "RUN/checkpoints/step-5000.safetensors";
  ASSERT_NE(script.find(shown), std::string::npos) << script;
  script.replace(script.find(shown), shown.size(), file.string());
  std::ofstream(folder / "shown.py") << script;
  const fs::path out = folder / "out";
  ASSERT_EQ(std::system(fmt::format("{} {}/shown.py > {}", python, folder.string(), out.string()).c_str()),
            0);
  const std::string first =
      fmt::format("({}, 5, 5, 3)", SafetensorsReader(file).find("stem.conv1.weight")->shape[0]);
  EXPECT_TRUE(bytes_of(out).starts_with(first)) << bytes_of(out);
}

}  // namespace
}  // namespace dg
