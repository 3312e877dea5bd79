// What must hold before a run writes into its folder: a new run is nobody else's, a resumed one is the same
// run as before. Each throws Error "[train] required …, got …" that names the file and what differs.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "layers/network.h"
#include "training/config/config.h"
#include "training/run/identity_table.h"

namespace dg {

/// What lies in a new run's folder under the names of its files is overwritten if a run can have written it,
/// and refused otherwise.
void refuse_foreign_files(const std::filesystem::path& run);

/// Settings on which results depend must be those of RUN/config.toml, once there is anything to resume.
void refuse_other_settings(const std::filesystem::path& run, const Config& now);

/// On which results depend and which differ from those of `text`, the settings kept in the checkpoint itself.
/// Those of another version may have keys that this one does not know, and are then not compared.
std::vector<std::string> other_settings(const std::filesystem::path& checkpoint, const std::string& text,
                                        const Config& now);

/// There must be none, whatever has become of config.toml.
void refuse_other_settings(const std::filesystem::path& checkpoint, const std::string& text,
                           const Config& now);

/// Reads the weights that --init names. Returns "network.input = 64, and here it is 48" for the keys of
/// [network] that the file was trained with otherwise, empty where there are none; an IoError of tensors that
/// do not fit names them too.
std::string load_initial_network(const std::filesystem::path& checkpoint, const Config& now,
                                 Network& network);

/// Checkpoints know identities and photos by number alone, so the numbers must still mean the same ones as in
/// RUN/identities.tsv. `left_out`: what of the data is not read now, for the message.
void refuse_other_data(const std::filesystem::path& run, const IdentityTable& now,
                       const std::string& left_out);

}  // namespace dg
