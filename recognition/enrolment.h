// Who is enrolled from which photos (section 4.2.5): base identities from their training photos, novel ones
// from the single photo that enrols them. Every held-out photo is then recognised among all of them
// (recogniser.h).
#pragma once
#include "data/split.h"
#include "evaluation/one_shot.h"
#include "evaluation/prototypes.h"
#include "recognition/embedder.h"

namespace dg {

/// Enrols everybody of `split`: the photos of base_train, then those of novel_enrol. The novel ones are
/// embedded first, so that a missing one shows at once. Error, naming the identity and a photo, when one has
/// no photo that decodes.
EmbeddedPhotos enrol(Network& network, PhotoStore& store, const Split& split,
                     const EmbedderOptions& options = {});

/// The photos of the one-shot protocol as a network sees them.
struct ProtocolPhotos {
  EmbeddedPhotos enrolled;     // the base identities' training photos, and one photo of each novel identity
  EmbeddedPhotos novel, base;  // held-out photos; all three have the same dim, even those without a photo
  Unanswered unanswered;       // held-out photos that do not decode
  ClassId identities = 0;      // of the data set, each of which is enrolled

  /// [identities, dim]
  Embeddings prototypes() const { return class_prototypes(enrolled, enrolled.classes, identities); }
};

/// The identities of those of `asked` that are not among the photos `seen`.
std::vector<ClassId> identities_unseen(std::span<const PhotoId> asked, std::span<const PhotoId> seen,
                                       const PhotoSet& set);

/// Embeds them, be there a test photo or not. Where the split allows it, a novel identity whose enrol photo is
/// broken is enrolled with its first good test photo, which then does not test. Error as enrol.
ProtocolPhotos embed_split(Network& network, PhotoStore& store, const Split& split,
                           const EmbedderOptions& options = {});

/// The same for the one-shot protocol, where there must be a test photo, novel or base: Error without any.
ProtocolPhotos embed_protocol(Network& network, PhotoStore& store, const Split& split,
                              const EmbedderOptions& options = {});

}  // namespace dg
