// A data set as people keep it: DATA/<identity>/<photo>.jpg, one folder per identity.
#pragma once
#include <filesystem>

#include "data/photo_set.h"

namespace dg {

/// Finds the photos (.jpg and .jpeg, upper or lower case) without opening them. Folders and photos are sorted
/// by the bytes of their names. Symbolic links are followed, also broken ones: they become photos that do not
/// decode. Images of other types are counted; hidden files, files beside the identity folders and deeper
/// folders are ignored. IoError if a folder is missing or not readable. Error, naming the folder, if an
/// identity has no JPEG photo or a name with a line break (runs list names line by line), or DATA has no
/// identity folders.
PhotoSet scan_class_folder(const std::filesystem::path& data);

}  // namespace dg
