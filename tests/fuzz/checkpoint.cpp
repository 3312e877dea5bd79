#include "training/checkpoint.h"

#include <array>
#include <memory>

#include "fuzz/patched_file.h"
#include "tests/training/tiny_trainer.h"

namespace dg::fuzz {
namespace {

// One run for each kind of state that a sampler saves.
const std::vector<std::vector<std::string>> runs{{},
                                                 {"sampling.images_per_class=[2, 3]"},
                                                 {"sampling.method=random"},
                                                 {"sampling.method=hard_class"},
                                                 {"sampling.method=class_graph"}};

// A run's data, and its checkpoint after two steps.
struct Run {
  explicit Run(std::size_t which)
      : tiny(pattern_folder(fmt::format("fuzz_checkpoint_{}", which)), tiny_config(runs[which])) {
    const std::filesystem::path path = folder("checkpoint") / fmt::format("good-{}.safetensors", which);
    tiny.trainer.initialise();
    for (int i = 0; i < 2; ++i) tiny.trainer.step();
    save_checkpoint(path, tiny.trainer, tiny.config, {.metrics = {1, 2, 3}, .best = {{"novel_top1", 0.25}}});
    good = std::make_unique<PatchedFile>(path);
  }
  TinyTrainer tiny;
  std::unique_ptr<PatchedFile> good;
};

}  // namespace

// The first byte chooses the run and what is read, the rest are the changes of its checkpoint.
void checkpoint(Input input) {
  static std::array<std::unique_ptr<Run>, 5> made;
  const std::uint8_t choice = take_byte(input);
  const std::size_t which = choice % made.size();
  if (made[which] == nullptr) made[which] = std::make_unique<Run>(which);
  TinyTrainer& tiny = made[which]->tiny;
  const std::filesystem::path path = folder("checkpoint") / "changed.safetensors";
  if (!accepted([&] { made[which]->good->write(path, input); })) return;
  if (choice >= 128) {
    accepted([&] { checkpoint_step(path); });
    accepted([&] { best_score(path); });
    return;
  }
  Trainer trainer(tiny.config, tiny.set, tiny.split, tiny.store, Device::cpu);
  RunState run;
  if (!accepted([&] { run = load_checkpoint(path, trainer); })) return;
  trainer.measure_list();
  save_checkpoint(folder("checkpoint") / "again.safetensors", trainer, tiny.config, run);
  accepted([&] { trainer.step(); });  // it may stop at a number that is not finite
}

}  // namespace dg::fuzz
