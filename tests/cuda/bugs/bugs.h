// Bugs that GPU code is prone to, each seeded once, to show that the stand-in bites. A bug's function does
// the same work right when it is `mended`; it returns whether the result was right, and may throw.
#pragma once
#include <map>
#include <string>

namespace dg::standin {

using Bug = bool (*)(bool mended);

/// The bugs of this program by name; filled by the files that hold them.
inline std::map<std::string, Bug>& bugs() {
  static std::map<std::string, Bug> all;
  return all;
}

struct AddBug {
  AddBug(const char* name, Bug bug) { bugs().emplace(name, bug); }
};

}  // namespace dg::standin
