#include "training/run/stored_list.h"

#include <fmt/format.h>

#include <limits>

#include "interop/safetensors.h"
#include "sampling/state.h"
#include "training/trainer.h"

namespace dg {

std::optional<DoppelgangerList> stored_list(const std::filesystem::path& checkpoint) {
  SafetensorsReader file(checkpoint);
  const std::string name = Trainer::state_names[1];
  if (file.find(name) == nullptr) return std::nullopt;
  const NamedTensor stored = file.read(name);
  const std::span<const std::uint8_t> state{reinterpret_cast<const std::uint8_t*>(stored.bytes.data()),
                                            stored.bytes.size()};
  try {
    StateReader in(state, "DGLS");  // a first look, for the number of classes
    const std::size_t classes = in.get_vector<ClassId>().size();
    demand(classes <= static_cast<std::size_t>(std::numeric_limits<ClassId>::max()), "load", "a list of ",
           classes, " classes is too long");
    DoppelgangerList list(static_cast<ClassId>(classes));
    list.load(state);
    return list;
  } catch (const Error& e) {
    throw IoError(fmt::format("{}: tensor {}: {}", checkpoint.string(), name, e.what()));
  }
}

}  // namespace dg
