// The one-shot protocol on a split of a class folder (section 4.2.5): prototypes of base identities from
// their training photos, of novel ones from their single enrolled photo; every held-out photo is recognised
// among all of them.
#pragma once
#include "data/split.h"
#include "evaluation/one_shot.h"
#include "training/embedder.h"

namespace dg {

/// `family`: for the error analysis, a family per class id, or empty. Error when there is no novel test
/// photo. A novel identity whose enrol photo is broken is enrolled with its first good test photo, which then
/// does not test.
OneShotResult recognise(Network& network, PhotoStore& store, const PhotoSet& set, const Split& split,
                        std::span<const int> family = {}, const EmbedderOptions& options = {});

}  // namespace dg
