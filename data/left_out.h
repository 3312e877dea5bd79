// What of a class folder is not read, and why. Nothing is passed over without a word: a list of these goes
// with every PhotoSet.
#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

namespace dg {

enum class LeftOutReason {
  no_photos,      // a folder without a photo in it or below it
  system,         // what systems and programs put beside photos: __MACOSX, @eaDir, Thumbs.db, hidden entries
  unreadable,     // a folder or file that the user may not look at
  dangling_link,  // a link whose target is not there, unless it is called a photo: then it is a broken photo
  line_break,     // an identity folder with a line break in its name: runs list names line by line
  nested,         // a folder in an identity's folder, where these are not read
  too_deep,       // a folder more than most_nested_levels below an identity's folder
  linked_again,   // a link to a folder that is read already, or that the link is in
  broken,         // an identity none of whose photos begins as one: empty files, web pages
  beside          // a photo beside the identity folders: nobody says who it shows
};

/// All of them, in the order in which they are told.
inline constexpr std::array all_left_out_reasons{LeftOutReason::no_photos,     LeftOutReason::unreadable,
                                                 LeftOutReason::dangling_link, LeftOutReason::line_break,
                                                 LeftOutReason::nested,        LeftOutReason::too_deep,
                                                 LeftOutReason::linked_again,  LeftOutReason::broken,
                                                 LeftOutReason::beside,        LeftOutReason::system};

struct LeftOut {
  std::string path;  // inside DATA
  LeftOutReason reason;
};

/// The reason as a word in JSON: "no_photos".
const char* name(LeftOutReason reason);

/// "2 folders without photos (bob, carol), 4 links that lead nowhere (1, 2, 3, ...)": of each reason the
/// number and the first three paths. Empty if nothing is left out.
std::string left_out_text(std::span<const LeftOut> left_out);

}  // namespace dg
