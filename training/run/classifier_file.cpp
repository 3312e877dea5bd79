#include "training/run/classifier_file.h"

#include <cstring>

#include "interop/checksum.h"
#include "interop/safetensors.h"

namespace dg {
namespace {

std::vector<float> read_floats(SafetensorsReader& file, const std::filesystem::path& path,
                               const std::string& name, const std::vector<std::int64_t>& shape) {
  const NamedTensor stored = file.read(name);
  if (stored.dtype != "F32" || stored.shape != shape) {
    throw IoError(fmt::format("{}: tensor {} must be F32 [{}], got {} [{}]", path.string(), name,
                              fmt::join(shape, ", "), stored.dtype, fmt::join(stored.shape, ", ")));
  }
  std::vector<float> values(stored.bytes.size() / sizeof(float));
  std::memcpy(values.data(), stored.bytes.data(), stored.bytes.size());
  return values;
}

std::vector<std::string> read_names(SafetensorsReader& file) {
  std::vector<std::string> names;
  std::string name;
  for (const std::byte b : file.read("identities").bytes) {
    if (b != std::byte{'\n'}) {
      name += static_cast<char>(b);
    } else {
      names.push_back(std::exchange(name, {}));
    }
  }
  return names;
}

}  // namespace

void save_classifier(const std::filesystem::path& path, const StoredClassifier& stored,
                     const Config& config) {
  const Classifier& c = stored.classifier;
  std::string names;
  for (const std::string& name : stored.identities) {
    require(name.find('\n') == std::string::npos, "classifier",
            "the name of an identity must have no line break, got {}", name);
    names += name + "\n";
  }
  const auto alpha = static_cast<float>(c.alpha);
  const auto classes = static_cast<std::int64_t>(c.bias.size());
  const std::vector<TensorBytes> tensors{
      {"classifier.weight",
       "F32",
       {classes, static_cast<std::int64_t>(c.dim)},
       std::as_bytes(std::span(c.weight))},
      {"classifier.bias", "F32", {classes}, std::as_bytes(std::span(c.bias))},
      {"classifier.alpha", "F32", {1}, std::as_bytes(std::span(&alpha, 1))},
      {"identities", "U8", {static_cast<std::int64_t>(names.size())}, std::as_bytes(std::span(names))}};
  SafetensorsMetadata metadata{
      {"format", "doppel classifier 1"}, {"network", stored.network}, {"config", to_toml(config)}};
  write_safetensors(path, tensors, with_checksums(tensors, std::move(metadata)));
}

StoredClassifier load_classifier(const std::filesystem::path& path) {
  SafetensorsReader file(path);
  StoredClassifier stored;
  stored.identities = read_names(file);
  const auto* weight = file.find("classifier.weight");
  const std::int64_t classes = static_cast<std::int64_t>(stored.identities.size()),
                     dim = weight == nullptr || weight->shape.size() != 2 ? 1 : weight->shape[1];
  if (classes == 0 || dim == 0) {
    throw IoError(fmt::format("{}: a classifier must have identities and a dimension, got {} and {}",
                              path.string(), classes, dim));
  }
  stored.classifier.weight = read_floats(file, path, "classifier.weight", {classes, dim});
  stored.classifier.bias = read_floats(file, path, "classifier.bias", {classes});
  stored.classifier.dim = static_cast<std::size_t>(dim);
  stored.classifier.alpha = read_floats(file, path, "classifier.alpha", {1})[0];
  const auto network = file.metadata().find("network");
  if (network != file.metadata().end()) stored.network = network->second;
  return stored;
}

std::string network_fingerprint(Network& network) {
  std::uint64_t sum = checksum({});
  for (const Parameter* p : network.parameters()) {
    const std::vector<Real> values = p->value.value().to_vector();
    sum = checksum(std::as_bytes(std::span(p->name)), sum);
    sum = checksum(std::as_bytes(std::span(values)), sum);
  }
  return fmt::format("{:016x}", sum);
}

}  // namespace dg
