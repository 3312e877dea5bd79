// The doppelganger list of a checkpoint, without a trainer.
#pragma once
#include <filesystem>
#include <optional>

#include "sampling/doppelganger_list.h"

namespace dg {

/// By training class, which is the rank among the base identities of RUN/identities.tsv. Nothing where the
/// file has no list, as one of another program. IoError, naming the file, where it is damaged.
std::optional<DoppelgangerList> stored_list(const std::filesystem::path& checkpoint);

}  // namespace dg
