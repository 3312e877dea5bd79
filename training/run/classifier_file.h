// RUN/classifier.safetensors: the classifier that classifier learning ends with (docs/checkpoints.md lists
// the names).
#pragma once
#include <filesystem>
#include <string>

#include "layers/network.h"
#include "recognition/classifier.h"
#include "training/config/config.h"

namespace dg {

struct StoredClassifier {
  Classifier classifier;
  std::vector<std::string> identities;  // one per row of W
  std::string network;                  // fingerprint of the network it was learnt on
};

/// Equal states give equal bytes. Throws Error for an identity with a line break in its name, and IoError.
void save_classifier(const std::filesystem::path& path, const StoredClassifier& stored, const Config& config);

/// IoError when a tensor is missing or of another shape, or there are no identities.
StoredClassifier load_classifier(const std::filesystem::path& path);

/// 16 hexadecimal digits that change with the name or a bit of any parameter (FNV-1a, 64 bits): a classifier
/// is of no use on another network than its own.
std::string network_fingerprint(Network& network);

}  // namespace dg
