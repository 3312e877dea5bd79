// The text of doppel check, from its JSON alone.
#include <fmt/format.h>

#include <algorithm>

#include "interop/number_text.h"
#include "interop/utf8.h"
#include "training/run/data_check.h"
#include "training/run/status_line.h"

namespace dg {
namespace {

using Json = nlohmann::ordered_json;

// So many of a kind are named in the text; the JSON names more.
constexpr std::size_t most_shown = 5;

std::string number(const Json& value) { return value.is_null() ? "-" : value.dump(); }

std::string many(const Json& value, const char* one, const char* several = "") {
  return how_many(value.get<std::int64_t>(), one, several);
}

std::string word(const Json& value) { return in_one_line(value.get<std::string>()); }

// "a, b, c" and "..." where there are more.
template <class Text>
std::string shown(const Json& entries, const char* separator, const Text& text) {
  std::string all;
  for (std::size_t i = 0; i < std::min(entries.size(), most_shown); ++i)
    all += (i > 0 ? separator : "") + text(entries[i]);
  return all + (entries.size() > most_shown ? fmt::format("{}...", separator) : "");
}

// Left out where there is nothing to tell.
void line(std::string& text, const char* what, const Json& counted, const char* entries) {
  if (counted["count"] == 0) return;
  text += fmt::format("  {:<40} {:>8}   {}\n", what, number(counted["count"]),
                      shown(counted[entries], ", ", word));
}

void people(std::string& text, const Json& c) {
  const Json& each = c["photos_per_person"];
  text += fmt::format("{}, {}; of a person {} to {}, half of them have {} or more\n",
                      many(c["people"], "person", "people"), many(c["photos"], "photo"), number(each["min"]),
                      number(each["max"]), number(each["median"]));
  text += "  photos of a person:";
  for (const Json& bin : each["histogram"]) {
    if (bin["people"] == 0) continue;
    const std::string to = bin["to"].is_null()        ? " or more"
                           : bin["to"] == bin["from"] ? ""
                                                      : fmt::format("-{}", number(bin["to"]));
    text += fmt::format("  {}{}: {}", number(bin["from"]), to, number(bin["people"]));
  }
  text += '\n';
}

void folder(std::string& text, const Json& c) {
  if (!c.contains("left_out")) return;
  constexpr std::pair<const char*, const char*> reasons[] = {
      {"no_photos", "folders without photos"},
      {"unreadable", "entries that may not be read"},
      {"dangling_link", "links that lead nowhere"},
      {"line_break", "people with a line break in the name"},
      {"nested", "folders in people's folders, not read"},
      {"too_deep", "folders too deep"},
      {"linked_again", "links to folders that are read already"},
      {"broken", "people whose photos are all broken"},
      {"beside", "photos beside the people's folders"},
      {"system", "entries of systems"}};
  std::string out;
  for (const auto& [key, what] : reasons) line(out, what, c["left_out"][key], "paths");
  for (const auto& [type, count] : c["other_types"].items())
    out += fmt::format("  {:<40} {:>8}\n", "photos of type " + type + ", not read", number(count));
  if (!out.empty()) text += "left out\n" + out;
  std::string also;
  line(also, "folders with photos in people's folders", c["nested_folders"], "paths");
  for (const auto& [type, count] : c["other_files"].items())
    also += fmt::format("  {:<40} {:>8}\n", "other files, " + type, number(count));
  if (!also.empty()) text += "also there\n" + also;
}

void duplicates(std::string& text, const Json& found, const char* what) {
  if (found["count"] == 0) return;
  text +=
      fmt::format("  {:<40} {:>8}   of {}\n", what, number(found["count"]), many(found["photos"], "photo"));
  for (std::size_t i = 0; i < std::min(found["groups"].size(), most_shown); ++i) {
    const Json& group = found["groups"][i];
    text += fmt::format("    {}{}\n", shown(group["photos"], " = ", word),
                        group["same_bytes"].get<bool>() ? " (same bytes)" : "");
  }
  if (found["groups"].size() > most_shown) text += "    ...\n";
}

void photos(std::string& text, const Json& c) {
  std::string all;
  if (const Json& broken = c["broken"]; broken["count"] != 0) {
    all += fmt::format("  {:<40} {:>8}\n", "broken photos", number(broken["count"]));
    all += "    " +
           shown(broken["photos"], "\n    ",
                 [](const Json& b) { return word(b["path"]) + ": " + word(b["why"]); }) +
           "\n";
  }
  duplicates(all, c["duplicates_under_two_names"], "the same picture under two names");
  duplicates(all, c["duplicates_of_one_person"], "the same picture of one person");
  if (const Json& names = c["colliding_names"]; names["count"] != 0) {
    all += fmt::format("  {:<40} {:>8}   {}\n", "people of nearly the same name", number(names["count"]),
                       shown(names["groups"], ", ", [](const Json& g) {
                         return fmt::format("\"{}\" ({})",
                                            fmt::join(g["names"].get<std::vector<std::string>>(), "\" = \""),
                                            fmt::join(g["differ_in"].get<std::vector<std::string>>(), ", "));
                       }));
  }
  line(all, "photos like whole scenes", c["scenes"], "photos");
  line(all, fmt::format("photos below {} pixels a side", number(c["tiny"]["network_input"])).c_str(),
       c["tiny"], "photos");
  line(all, "people with one photo", c["one_photo"], "people");
  if (!all.empty()) text += "worth a look\n" + all;
  text += fmt::format("photos are {} to {} pixels wide and {} to {} high\n", number(c["width"]["min"]),
                      number(c["width"]["max"]), number(c["height"]["min"]), number(c["height"]["max"]));
}

void training(std::string& text, const Json& c) {
  if (!c.contains("training")) return;
  const Json& t = c["training"];
  text += fmt::format(
      "training would use\n  {} of {}; {} more of them for the test of known people (without one: {})\n"
      "  {}, enrolled with {} and tested on {}\n",
      many(t["training_photos"], "photo"), many(t["base_identities"], "person", "people"),
      number(t["base_test_photos"]), number(t["untested_base_identities"]),
      many(t["novel_identities"], "novel person", "novel people"), many(t["novel_enrol_photos"], "photo"),
      number(t["novel_test_photos"]));
  for (const Json& s : c["settings"])
    text += fmt::format("  {:<26} {:<6} {}\n", word(s["key"]), word(s["value"]), word(s["reason"]));
}

void expected(std::string& text, const Json& c) {
  if (!c.contains("expected")) return;
  const Json& e = c["expected"];
  constexpr double mebibyte = 1 << 20;
  const auto of = [&e](const char* key) { return e[key].get<double>(); };
  text += fmt::format(
      "to expect on this machine ({}, {}), from {}\n"
      "  {} for {}, at {} s a step and {:.0f} images/s; {} of {} s; {} s before the first step\n"
      "  {:.0f} MiB of memory, of {:.0f} that may be used\n",
      word(e["device"]), many(e["threads"], "thread"), many(e["steps_timed"], "step"),
      duration(of("seconds")), many(e["steps"], "step"), short_number(of("seconds_per_step")),
      of("images_per_second"), many(e["evaluations"], "evaluation"),
      short_number(of("seconds_per_evaluation")), short_number(of("seconds_before_first_step")),
      of("memory_bytes") / mebibyte, of("memory_bytes_usable") / mebibyte);
}

}  // namespace

std::string check_text(const Json& c) {
  std::string text;
  if (c.contains("people")) {
    people(text, c);
    folder(text, c);
    photos(text, c);
    training(text, c);
    expected(text, c);
  }
  for (const Json& warning : c["warnings"]) text += "look: " + word(warning) + "\n";
  for (const Json& why : c["obstacles"]) text += "must change: " + word(why) + "\n";
  return text +
         (c["would_start"].get<bool>() ? "doppel train would start\n" : "doppel train would not start\n");
}

}  // namespace dg
