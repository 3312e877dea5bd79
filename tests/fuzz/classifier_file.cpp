#include "training/run/classifier_file.h"

#include "evaluation/ensemble.h"
#include "fuzz/patched_file.h"

namespace dg::fuzz {
namespace {

PatchedFile good_file() {
  const std::filesystem::path path = folder("classifier_file") / "good.safetensors";
  const Classifier classifier{.weight = {1, 0, 0, 1, -1, 0}, .bias = {0, 0.5f, 0}, .dim = 2, .alpha = 16};
  save_classifier(path, {classifier, {"Ada", "Ben", "Cem"}, "0123456789abcdef"}, Config());
  return PatchedFile(path);
}

}  // namespace

void classifier_file(Input input) {
  static const PatchedFile good = good_file();
  const std::filesystem::path path = folder("classifier_file") / "changed.safetensors";
  StoredClassifier stored;
  if (!accepted([&] { good.write(path, input); }) || !accepted([&] { stored = load_classifier(path); }))
    return;
  const Classifier& c = stored.classifier;
  const std::size_t classes = stored.identities.size();
  expect(c.bias.size() == classes && c.weight.size() == classes * c.dim,
         "a classifier must have a row for each identity");
  const std::vector<float> photo(c.dim, 0.5f);
  const ClassifierMember member{{photo, c.dim}, c.view()};
  std::vector<Judgement> judged;
  if (!accepted([&] { judged = most_probable({&member, 1}); })) return;
  for (const Judgement& j : judged)
    expect(j.class_id >= 0 && static_cast<std::size_t>(j.class_id) < classes,
           "a photo must be one of the identities");
}

}  // namespace dg::fuzz
