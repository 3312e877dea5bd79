// A trainer on a data set of tests/training/tiny_run.h, with everything it refers to.
#pragma once
#include "data/class_folder.h"
#include "training/run/training_data.h"
#include "training/tiny_run.h"
#include "training/trainer.h"

namespace dg {

struct TinyTrainer {
  TinyTrainer(const fs::path& data, Config c, Device device = Device::cpu)
      : config(std::move(c)),
        set(scan_class_folder(data)),
        split(make_split(set, config)),
        store(set, replacement_lists(set, split),
              {.size = static_cast<int>(config.network.input), .memory_bytes = 1 << 20}),
        trainer(config, set, split, store, device) {}
  Config config;
  PhotoSet set;
  Split split;
  PhotoStore store;
  Trainer trainer;
};

}  // namespace dg
