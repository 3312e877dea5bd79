#include "training/checkpoint.h"

#include <cstring>

#include "interop/safetensors.h"

namespace dg {
namespace {

std::vector<std::int64_t> sizes(const Shape& shape) {
  std::vector<std::int64_t> s;
  for (int axis = 0; axis < shape.rank(); ++axis) s.push_back(shape[axis]);
  return s;
}

// Numbers that have to live until the file is written.
class Contents {
 public:
  void add(const std::string& name, const Tensor& t) {
    numbers_.push_back(t.to_vector());
    views_.push_back({name, "F32", sizes(t.shape()), std::as_bytes(std::span(numbers_.back()))});
  }
  void add(const std::string& name, const State& state) {
    views_.push_back(
        {name, "U8", {static_cast<std::int64_t>(state.size())}, std::as_bytes(std::span(state))});
  }
  const std::vector<TensorView>& views() const { return views_; }

 private:
  std::deque<std::vector<Real>> numbers_;
  std::vector<TensorView> views_;
};

const StoredTensor& find(const SafetensorsFile& file, const std::filesystem::path& path,
                         const std::string& name) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) throw IoError(fmt::format("{}: holds no tensor {}", path.string(), name));
  return found->second;
}

Tensor tensor_from(const SafetensorsFile& file, const std::filesystem::path& path, const std::string& name,
                   const Shape& shape, Device device) {
  const StoredTensor& stored = find(file, path, name);
  if (stored.dtype != "F32" || stored.shape != sizes(shape)) {
    throw IoError(fmt::format("{}: tensor {} must be F32 {}, got {} [{}]", path.string(), name, shape.str(),
                              stored.dtype, fmt::join(stored.shape, ", ")));
  }
  std::vector<Real> values(stored.bytes.size() / sizeof(Real));
  std::memcpy(values.data(), stored.bytes.data(), stored.bytes.size());
  return Tensor::from(shape, values, device);
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, Trainer& trainer, const Config& config) {
  Contents contents;
  for (const Parameter* p : trainer.parameters()) contents.add(p->name, p->value.value());
  const NesterovSgd& sgd = trainer.optimiser();
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i) {
    contents.add("velocity." + sgd.parameters()[i]->name, sgd.velocity(i));
  }
  const auto state = trainer.save_state();
  for (const auto& [name, bytes] : state) contents.add(name, bytes);
  write_safetensors(path, contents.views(),
                    {{"format", "doppel 1"},
                     {"step", fmt::format("{}", trainer.next_step())},
                     {"config", to_toml(config)}});
}

void load_network(const std::filesystem::path& path, Network& network) {
  const SafetensorsFile file = read_safetensors(path);
  for (Parameter* p : network.parameters()) {
    Tensor(p->value.value()).copy_from(tensor_from(file, path, p->name, p->shape, p->value.device()));
  }
}

void load_checkpoint(const std::filesystem::path& path, Trainer& trainer) {
  const SafetensorsFile file = read_safetensors(path);
  trainer.allocate();
  for (Parameter* p : trainer.parameters()) {
    Tensor(p->value.value()).copy_from(tensor_from(file, path, p->name, p->shape, p->value.device()));
  }
  const NesterovSgd& sgd = trainer.optimiser();
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i) {
    const Parameter& p = *sgd.parameters()[i];
    Tensor(sgd.velocity(i))
        .copy_from(tensor_from(file, path, "velocity." + p.name, p.shape, p.value.device()));
  }
  std::vector<std::pair<std::string, State>> state;
  const auto add = [&](const std::string& name) {
    const auto& bytes = find(file, path, name).bytes;
    state.emplace_back(name, State(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                   reinterpret_cast<const std::uint8_t*>(bytes.data() + bytes.size())));
  };
  for (const char* name : {"state.trainer", "state.doppelgangers", "state.list_health", "state.sampler"})
    add(name);
  for (std::size_t i = 0; file.tensors.contains(fmt::format("state.planned.{}", i)); ++i)
    add(fmt::format("state.planned.{}", i));
  trainer.load_state(state);
}

}  // namespace dg
