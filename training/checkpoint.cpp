#include "training/checkpoint.h"

#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <cstring>
#include <map>

#include "interop/folder_names.h"
#include "interop/half.h"
#include "interop/paths.h"
#include "interop/safetensors.h"

namespace dg {
namespace {

const std::string metrics_name = "state.metrics";

std::vector<std::int64_t> sizes(const Shape& shape) {
  std::vector<std::int64_t> s;
  for (int axis = 0; axis < shape.rank(); ++axis) s.push_back(shape[axis]);
  return s;
}

bool all_finite(std::span<const Real> values) {
  // The difference of a finite number and itself is 0, of any other a NaN; the sum can be vectorised.
  Real sum = 0;
  for (const Real v : values) sum += v - v;
  return sum == 0;
}

// Numbers that have to live until the file is written.
class Contents {
 public:
  void add(const std::string& name, const Tensor& t) {
    numbers_.push_back(t.to_vector());
    require(
        all_finite(numbers_.back()), "checkpoint",
        "{} holds a number that is not finite and is not saved; the checkpoints before it are as they were",
        name);
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

// Which dtypes a parameter may have in the file.
enum class Widths { f32, f32_or_halves };

// The numbers of a tensor of 16 bits each.
template <class ToFloat>
std::vector<Real> widened(const std::vector<std::byte>& bytes, const ToFloat& to_float) {
  std::vector<Real> values(bytes.size() / sizeof(std::uint16_t));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes.data() + i * sizeof bits, sizeof bits);
    values[i] = to_float(bits);
  }
  return values;
}

// A checkpoint to read from.
class Stored {
 public:
  explicit Stored(const std::filesystem::path& path) : path_(path), file_(path) {}

  const SafetensorsMetadata& metadata() const { return file_.metadata(); }

  bool has(const std::string& name) const { return file_.find(name) != nullptr; }

  State state(const std::string& name) {
    const std::vector<std::byte> bytes = file_.read(name).bytes;
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return State(begin, begin + bytes.size());
  }

  // Overwrites `to`, which must have the stored tensor's shape.
  void load_into(const Tensor& to, const std::string& name, Widths widths = Widths::f32) {
    const NamedTensor stored = file_.read(name);
    const bool halves = widths == Widths::f32_or_halves;
    const bool half = halves && stored.dtype == "F16", bfloat = halves && stored.dtype == "BF16";
    if ((stored.dtype != "F32" && !half && !bfloat) || stored.shape != sizes(to.shape())) {
      refuse(name, fmt::format("must be F32{} {}, got {} [{}]", halves ? ", F16 or BF16" : "",
                               to.shape().str(), stored.dtype, fmt::join(stored.shape, ", ")));
    }
    std::vector<Real> values;
    if (half) {
      values = widened(stored.bytes, float_of_f16);
    } else if (bfloat) {
      values = widened(stored.bytes, float_of_bf16);
    } else {
      values.resize(stored.bytes.size() / sizeof(Real));
      std::memcpy(values.data(), stored.bytes.data(), stored.bytes.size());
    }
    if (!all_finite(values)) refuse(name, "holds a number that is not finite");
    Tensor(to).set(values);
  }

 private:
  [[noreturn]] void refuse(const std::string& name, const std::string& why) const {
    throw IoError(fmt::format("{}: tensor {} at offset {} {}", path_.string(), name,
                              file_.offset(*file_.find(name)), why));
  }

  std::filesystem::path path_;
  SafetensorsReader file_;
};

constexpr std::array scores{"pairs_accuracy", "novel_top1", "base_top1"};

// Whether the text is a number and nothing else.
template <class Number>
bool read_number(const std::string& text, Number& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size();
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, Trainer& trainer, const Config& config,
                     const RunState& run) {
  Contents contents;
  for (const Parameter* p : trainer.parameters()) contents.add(p->name, p->value.value());
  const NesterovSgd& sgd = trainer.optimiser();
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i) {
    contents.add("velocity." + sgd.parameters()[i]->name, sgd.velocity(i));
  }
  const auto state = trainer.save_state();
  for (const auto& [name, bytes] : state) contents.add(name, bytes);
  contents.add(metrics_name, run.metrics);
  SafetensorsMetadata metadata{
      {"format", "doppel 1"}, {"step", fmt::format("{}", trainer.next_step())}, {"config", to_toml(config)}};
  if (!run.computed_on.empty()) metadata["computed_on"] = run.computed_on;
  if (!run.identities.empty()) metadata["identities"] = run.identities;
  if (run.evaluation_owed) metadata["evaluation"] = "owed";
  if (!run.halted.empty()) metadata["halted"] = run.halted;
  if (run.evaluation_loss) metadata["evaluation_loss"] = fmt::format("{}", *run.evaluation_loss);
  if (run.without_better > 0) metadata["without_better"] = fmt::format("{}", run.without_better);
  if (run.best) metadata[run.best->of] = fmt::format("{}", run.best->value);
  write_safetensors(path, contents.views(), with_checksums(contents.views(), std::move(metadata)));
}

std::int64_t checkpoint_step(const std::filesystem::path& path) {
  const SafetensorsReader file(path);
  const auto format = file.metadata().find("format"), found = file.metadata().find("step");
  if (format != file.metadata().end() && format->second == "doppel 1" && found != file.metadata().end()) {
    if (std::int64_t step = 0; read_number(found->second, step)) return step;
  }
  throw IoError(
      fmt::format("{}: the metadata must have format \"doppel 1\" and a number step", path.string()));
}

BestScore best_score(const std::filesystem::path& path) {
  const SafetensorsReader file(path);
  for (const char* of : scores) {
    const auto found = file.metadata().find(of);
    if (found == file.metadata().end()) continue;
    BestScore best{of};
    if (read_number(found->second, best.value)) return best;
  }
  throw IoError(
      fmt::format("{}: the metadata must have a number {}", path.string(), fmt::join(scores, " or ")));
}

std::string stored_config(const std::filesystem::path& path) {
  const SafetensorsReader file(path);
  const auto text = file.metadata().find("config");
  return text == file.metadata().end() ? "" : text->second;
}

void load_network(const std::filesystem::path& path, Network& network) {
  Stored file(path);
  for (const Parameter* p : network.parameters())
    file.load_into(p->value.value(), p->name, Widths::f32_or_halves);
}

Network stored_network(const std::filesystem::path& path, const Config& config, Device device) {
  Network network = make_network(config);
  for (Parameter* p : network.parameters())
    p->set(Tensor::zeros(p->shape, p->trainable ? device : Device::cpu));
  load_network(path, network);
  return network;
}

RunState load_checkpoint(const std::filesystem::path& path, Trainer& trainer) {
  Stored file(path);
  if (const auto& halted = file.metadata(); halted.contains("halted")) {
    throw IoError(
        fmt::format("{}: was saved in the middle of a step: {}", path.string(), halted.at("halted")));
  }
  trainer.allocate();
  for (const Parameter* p : trainer.parameters()) file.load_into(p->value.value(), p->name);
  const NesterovSgd& sgd = trainer.optimiser();
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i) {
    file.load_into(sgd.velocity(i), "velocity." + sgd.parameters()[i]->name);
  }
  std::vector<std::pair<std::string, State>> state;
  for (const char* name : Trainer::state_names) state.emplace_back(name, file.state(name));
  for (std::size_t i = 0; file.has(Trainer::planned_state(i)); ++i)
    state.emplace_back(Trainer::planned_state(i), file.state(Trainer::planned_state(i)));
  RunState run;
  if (file.has(metrics_name)) run.metrics = file.state(metrics_name);
  run.evaluation_owed = file.metadata().contains("evaluation");
  if (const auto count = file.metadata().find("without_better"); count != file.metadata().end())
    read_number(count->second, run.without_better);
  if (const auto loss = file.metadata().find("evaluation_loss"); loss != file.metadata().end())
    if (double value = 0; read_number(loss->second, value)) run.evaluation_loss = value;
  if (const auto on = file.metadata().find("computed_on"); on != file.metadata().end())
    run.computed_on = on->second;
  try {
    trainer.load_state(state);
  } catch (const OutOfMemory&) {
    throw;
  } catch (const std::bad_alloc&) {  // not the file's fault
    throw;
  } catch (const std::exception& e) {
    throw Error(fmt::format("{}: {}", path.string(), e.what()));
  }
  return run;
}

std::vector<std::filesystem::path> step_checkpoints(const std::filesystem::path& run) {
  std::map<std::int64_t, std::filesystem::path> by_step;
  const std::filesystem::path folder = run / "checkpoints";
  std::error_code failed;
  if (!path_exists(folder) || !std::filesystem::is_directory(folder, failed)) return {};
  for (const std::string& name : folder_names(folder)) {
    if (!name.starts_with("step-") || !name.ends_with(".safetensors")) continue;
    std::int64_t step = 0;
    const char *begin = name.data() + 5, *end = name.data() + name.size() - 12;
    if (std::from_chars(begin, end, step).ptr == end && name == fmt::format("step-{}.safetensors", step))
      by_step[step] = folder / name;
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& [step, path] : by_step) paths.push_back(path);
  return paths;
}

}  // namespace dg
