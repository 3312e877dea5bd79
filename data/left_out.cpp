#include "data/left_out.h"

#include <fmt/format.h>

#include "interop/utf8.h"
#include "tensor/error.h"

namespace dg {
namespace {

struct Words {
  const char *name, *one, *several;
};

Words words(LeftOutReason reason) {
  switch (reason) {
    case LeftOutReason::no_photos:
      return {"no_photos", "folder without photos", "folders without photos"};
    case LeftOutReason::system:
      return {"system", "entry of a system", "entries of systems"};
    case LeftOutReason::unreadable:
      return {"unreadable", "entry that may not be read", "entries that may not be read"};
    case LeftOutReason::dangling_link:
      return {"dangling_link", "link that leads nowhere", "links that lead nowhere"};
    case LeftOutReason::line_break:
      return {"line_break", "folder with a line break in its name", "folders with a line break in the name"};
    case LeftOutReason::nested:
      return {"nested", "folder in an identity's folder", "folders in identities' folders"};
    case LeftOutReason::too_deep:
      return {"too_deep", "folder too deep", "folders too deep"};
    case LeftOutReason::linked_again:
      return {"linked_again", "link to a folder that is read already",
              "links to folders that are read already"};
    case LeftOutReason::broken:
      return {"broken", "person whose photos are all broken", "people whose photos are all broken"};
    case LeftOutReason::beside:
      return {"beside", "photo beside the identity folders", "photos beside the identity folders"};
  }
  throw Error(fmt::format("[left_out] there is no reason {}", static_cast<int>(reason)));
}

}  // namespace

const char* name(LeftOutReason reason) { return words(reason).name; }

std::string left_out_text(std::span<const LeftOut> left_out) {
  constexpr int most_named = 3;
  std::string text;
  for (const LeftOutReason reason : all_left_out_reasons) {
    std::int64_t count = 0;
    std::string named;
    for (const LeftOut& entry : left_out) {
      if (entry.reason != reason) continue;
      if (++count <= most_named) {
        named += (count > 1 ? ", " : "") + in_one_line(entry.path);
      } else if (count == most_named + 1) {
        named += ", ...";
      }
    }
    if (count == 0) continue;
    const Words w = words(reason);
    text +=
        fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", count, count == 1 ? w.one : w.several, named);
  }
  return text;
}

}  // namespace dg
