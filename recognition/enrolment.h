// The one-shot protocol on a split of a class folder (section 4.2.5): prototypes of base identities from
// their training photos, of novel ones from their single enrolled photo; every held-out photo is recognised
// among all of them.
#pragma once
#include "data/split.h"
#include "evaluation/one_shot.h"
#include "recognition/embedder.h"

namespace dg {

/// Photos of one purpose as a network sees them.
struct EmbeddedRows {
  std::vector<PhotoId> photos;
  std::vector<ClassId> classes;  // whom they show
  std::vector<float> values;     // [photos, dim], unit rows
};

/// All photos of the protocol. Enrolled: the base identities' training photos and each novel identity's one.
struct EmbeddedProtocol {
  std::size_t dim = 0;
  std::size_t identities = 0;  // classes of the data set, each of which is enrolled
  EmbeddedRows enrolled, novel, base;

  EmbeddingView view(const EmbeddedRows& rows) const { return {rows.values, dim}; }
  TestPhotos test(const EmbeddedRows& rows) const { return {view(rows), rows.classes}; }
};

/// Embeds them. A novel identity whose enrol photo is broken is enrolled with its first good test photo,
/// which then does not test, where the split allows that. Error when an identity (named) has no photo left to
/// be enrolled with, or there is no novel test photo.
EmbeddedProtocol embed_protocol(Network& network, PhotoStore& store, const PhotoSet& set, const Split& split,
                                const EmbedderOptions& options = {});

/// Nearest prototypes. `family`: for the error analysis, a family per class id, or empty.
OneShotResult recognise(const EmbeddedProtocol& photos, std::span<const int> family = {});

/// Both in one.
OneShotResult recognise(Network& network, PhotoStore& store, const PhotoSet& set, const Split& split,
                        std::span<const int> family = {}, const EmbedderOptions& options = {});

}  // namespace dg
