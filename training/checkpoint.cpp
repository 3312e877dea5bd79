#include "training/checkpoint.h"

#include <charconv>
#include <cstring>
#include <map>

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
  const std::vector<TensorBytes>& views() const { return views_; }

 private:
  std::deque<std::vector<Real>> numbers_;
  std::vector<TensorBytes> views_;
};

// Overwrites `to` with the stored tensor of that name. IoError when it is missing or of another shape.
void load_into(const Tensor& to, SafetensorsReader& file, const std::filesystem::path& path,
               const std::string& name) {
  const NamedTensor stored = file.read(name);
  if (stored.dtype != "F32" || stored.shape != sizes(to.shape())) {
    throw IoError(fmt::format("{}: tensor {} must be F32 {}, got {} [{}]", path.string(), name,
                              to.shape().str(), stored.dtype, fmt::join(stored.shape, ", ")));
  }
  std::vector<Real> values(stored.bytes.size() / sizeof(Real));
  std::memcpy(values.data(), stored.bytes.data(), stored.bytes.size());
  Tensor(to).set(values);
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, Trainer& trainer, const Config& config,
                     std::optional<double> novel_top1) {
  Contents contents;
  for (const Parameter* p : trainer.parameters()) contents.add(p->name, p->value.value());
  const NesterovSgd& sgd = trainer.optimiser();
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i) {
    contents.add("velocity." + sgd.parameters()[i]->name, sgd.velocity(i));
  }
  const auto state = trainer.save_state();
  for (const auto& [name, bytes] : state) contents.add(name, bytes);
  SafetensorsMetadata metadata{
      {"format", "doppel 1"}, {"step", fmt::format("{}", trainer.next_step())}, {"config", to_toml(config)}};
  if (novel_top1) metadata["novel_top1"] = fmt::format("{}", *novel_top1);
  write_safetensors(path, contents.views(), metadata);
}

double best_top1(const std::filesystem::path& path) {
  const SafetensorsReader file(path);
  const auto found = file.metadata().find("novel_top1");
  return found == file.metadata().end() ? -1 : std::stod(found->second);
}

void load_network(const std::filesystem::path& path, Network& network) {
  SafetensorsReader file(path);
  for (const Parameter* p : network.parameters()) load_into(p->value.value(), file, path, p->name);
}

void load_checkpoint(const std::filesystem::path& path, Trainer& trainer) {
  SafetensorsReader file(path);
  trainer.allocate();
  for (const Parameter* p : trainer.parameters()) load_into(p->value.value(), file, path, p->name);
  const NesterovSgd& sgd = trainer.optimiser();
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i) {
    load_into(sgd.velocity(i), file, path, "velocity." + sgd.parameters()[i]->name);
  }
  std::vector<std::pair<std::string, State>> state;
  const auto add = [&](const std::string& name) {
    const std::vector<std::byte> bytes = file.read(name).bytes;
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
    state.emplace_back(name, State(begin, begin + bytes.size()));
  };
  for (const char* name : {"state.trainer", "state.doppelgangers", "state.list_health", "state.sampler"})
    add(name);
  for (int i = 0; file.find(fmt::format("state.planned.{}", i)) != nullptr; ++i)
    add(fmt::format("state.planned.{}", i));
  trainer.load_state(state);
}

std::vector<std::filesystem::path> step_checkpoints(const std::filesystem::path& run) {
  std::map<std::int64_t, std::filesystem::path> by_step;
  const std::filesystem::path folder = run / "checkpoints";
  if (!std::filesystem::is_directory(folder)) return {};
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("step-") || !name.ends_with(".safetensors")) continue;
    std::int64_t step = 0;
    const char *begin = name.data() + 5, *end = name.data() + name.size() - 12;
    if (std::from_chars(begin, end, step).ptr == end) by_step[step] = entry.path();
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& [step, path] : by_step) paths.push_back(path);
  return paths;
}

}  // namespace dg
