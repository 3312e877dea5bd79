// What doppel --version says: which program this is, how it was built, and what it works with.
#pragma once
#include <string>

namespace dg {

/// What configuring knew. cmake/version.cmake makes the source that defines it.
struct BuildInfo {
  const char* version;   // "0.1.0"
  const char* built;     // processor, kind of build, compiler
  const char* cuda;      // with which toolkit, or why without
  const char* share;     // the folder of recipes and documents, relative to that of the installed program
  const char* checkout;  // the root of the sources, relative to the folder of the program that was built
};
extern const BuildInfo build_info;

/// The commit, with "(modified)" behind it if the files were not those of the commit; "unknown" outside a
/// checkout. cmake/commit.cmake writes the source that defines it, at every build, where it has changed.
extern const char* const built_commit;

/// Lines of a name and a value.
std::string version_text();

}  // namespace dg
