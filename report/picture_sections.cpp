// What it looks like: doppelgangers, the worst mistakes, identities that may be one person.
#include <fmt/format.h>

#include "report/sections.h"

namespace dg::reporting {
namespace {

Markup shown(const Picture& picture, const std::string& role, const std::string& pointer) {
  const std::string what = fmt::format("{}: {}, photo {}", role, picture.identity, picture.photo),
                    side = fmt::format("{}", Pictures::side);
  const Markup photo = picture.jpeg.empty() ? element("span", {{"class", "no-photo"}}, "no photo")
                                            : element("img", {{"src", data_uri(picture.jpeg)},
                                                              {"alt", what},
                                                              {"title", what},
                                                              {"width", side},
                                                              {"height", side}});
  return element("span", {{"class", "who"}},
                 Markup{photo, element("span", {{"class", "role"}}, role),
                        element("b", {{"data-figure", pointer}}, picture.identity)});
}

Markup cosine_text(const std::string& pointer, float cosine) {
  return element("span", {{"class", "cosine"}},
                 Markup{"cosine ", figure(pointer, fmt::format("{:.3f}", cosine))});
}

Markup pair_card(const PicturePair& pair, const std::string& pointer, const char* first, const char* second,
                 const Markup& more) {
  return plain("li", Markup{element("div", {{"class", "two"}},
                                    Markup{shown(pair.first, first, pointer + "/" + first),
                                           shown(pair.second, second, pointer + "/" + second)}),
                            cosine_text(pointer + "/cosine", pair.cosine), more});
}

Markup mistake_card(const PictureOfMistake& mistake, const std::string& pointer) {
  return plain("li", Markup{element("div", {{"class", "three"}},
                                    Markup{shown(mistake.photo, "test photo", pointer + "/identity"),
                                           shown(mistake.taken_for, "taken for", pointer + "/taken_for"),
                                           shown(mistake.truth, "enrolled", pointer + "/identity")}),
                            cosine_text(pointer + "/cosine", mistake.cosine)});
}

Markup gallery(const Markup& cards) { return element("ul", {{"class", "cards"}}, cards); }

// A heading for each of several runs, then what `content` makes of one, or why there is nothing.
template <class Content>
Markup of_each_run(const Report& report, const Content& content) {
  Markup all;
  for (std::size_t run = 0; run < report.size(); ++run) {
    if (report.size() > 1) all += plain("h3", run_label(report, run));
    const RunReport& r = report[run].run;
    all += r.tested ? content(r, fmt::format("/runs/{}", run))
                    : plain("p", fmt::format("Not tried on photos: {}.", r.untested));
  }
  return all;
}

Markup look_alikes_of(const RunReport& run, const std::string& pointer) {
  const LookAlikePictures& look_alikes = run.look_alikes;
  const std::string words =
      look_alikes.mined
          ? fmt::format(
                "{} of {} people trained on have a doppelganger in the list; {} of them are their "
                "doppelganger's doppelganger.",
                look_alikes.with_doppelganger, look_alikes.identities, look_alikes.mutual)
          : fmt::format(
                "The run kept no list, so this is the identity with the nearest prototype for each of "
                "{}; {} of them are each other's.",
                look_alikes.identities, look_alikes.mutual);
  Markup cards;
  for (std::size_t i = 0; i < look_alikes.closest.size(); ++i) {
    const PicturePair& pair = look_alikes.closest[i];
    cards += pair_card(pair, fmt::format("{}/look_alikes/closest/{}", pointer, i), "identity", "doppelganger",
                       pair.mutual ? element("span", {{"class", "tag"}}, "mutual") : Markup());
  }
  return {plain("p", words), gallery(cards)};
}

}  // namespace

Section look_alikes_section(const Report& report) {
  return {
      "doppelgangers", "Doppelgangers",
      Markup{note("As in the paper's Figure 1: people that the network holds most alike. First the pairs of "
                  "which each is the other's doppelganger, then the others, in both the closest first. The "
                  "photo is the enrolled one closest to the person's prototype."),
             of_each_run(report, look_alikes_of)}};
}

Section mistakes_section(const Report& report) {
  return {
      "mistakes", "Worst mistakes",
      Markup{note("The wrong answers on new people that the network was surest of. Two photos of one person "
                  "under two names look like this as well."),
             of_each_run(report, [](const RunReport& run, const std::string& pointer) {
               Markup cards;
               for (std::size_t i = 0; i < run.mistakes.size(); ++i)
                 cards += mistake_card(run.mistakes[i], fmt::format("{}/mistakes/{}", pointer, i));
               return cards.empty() ? plain("p", run.tested->novel.answers.empty()
                                                     ? "There are no photos of new people to be mistaken in."
                                                     : "There are none: every photo was named rightly.")
                                    : gallery(cards);
             })}};
}

Section merge_section(const Report& report) {
  return {
      "merge", "May be one person",
      Markup{
          note("Of all pairs of people, known and new, those with the closest prototypes. At the top of this "
               "list stands who is in the data under two names, if anybody is; whether two people are one "
               "is for somebody to see."),
          of_each_run(report, [](const RunReport& run, const std::string& pointer) {
            Markup cards;
            for (std::size_t i = 0; i < run.merge_candidates.size(); ++i)
              cards += pair_card(run.merge_candidates[i], fmt::format("{}/merge_candidates/{}", pointer, i),
                                 "first", "second", {});
            return cards.empty() ? plain("p", "There are fewer than two people.") : gallery(cards);
          })}};
}

}  // namespace dg::reporting
