// A data set and a configuration small enough to train in a test: 12 identities, each a colour pattern of its
// own with noise.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "data/jpeg.h"
#include "temporary.h"
#include "tensor/rng.h"
#include "training/config/config.h"

namespace dg {

namespace fs = std::filesystem;

inline Image pattern(int identity, int photo, int size = 24) {
  Image image(size, size);
  Rng noise(1000 + static_cast<std::uint64_t>(identity), static_cast<std::uint64_t>(photo));
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int wave = (x * (1 + identity % 3) + y * (1 + identity / 3) + 7 * identity * c) % 24;
        image.pixel(x, y)[c] = static_cast<std::uint8_t>(60 + 5 * wave + static_cast<int>(noise.below(20)));
      }
    }
  }
  return image;
}

/// An empty folder of this name under the test's temporary directory.
inline fs::path fresh_folder(const std::string& name) {
  const fs::path folder = temporary_folder() / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

/// DATA/<identity>/<photo>.jpg of patterns.
inline fs::path pattern_folder(const std::string& name, int identities = 12, int photos = 4) {
  const fs::path data = fresh_folder(name);
  for (int i = 0; i < identities; ++i) {
    const fs::path folder = data / fmt::format("{:03}", i);
    fs::create_directories(folder);
    for (int p = 0; p < photos; ++p) write_jpeg(folder / fmt::format("{}.jpg", p), pattern(i, p), 95);
  }
  return data;
}

/// The whole of a file.
inline std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline const std::vector<std::string> tiny_settings{"network.input=24",
                                                    "network.width=0.0625",
                                                    "network.embedding=8",
                                                    "network.blocks=[1, 1]",
                                                    "network.branches=[3]",
                                                    "sampling.batch=12",
                                                    "sampling.images_per_class=2",
                                                    "sampling.random_classes=2",
                                                    "data.base_identities=9",
                                                    "data.base_test_photos=1",
                                                    "init.lsuv_images=32",
                                                    "loss.lifted=0.1",
                                                    "loss.margin_start=3",
                                                    "optim.warmup=3",
                                                    "steps=10",
                                                    "log.every=1"};

inline Config tiny_config(std::vector<std::string> more = {}) {
  std::vector<std::string> settings = tiny_settings;
  settings.insert(settings.end(), more.begin(), more.end());
  return load_config(std::nullopt, settings);
}

}  // namespace dg
