// A classifier that starts at the means of its classes. (The paper starts its second classifier so, section
// 4.2.8; here the network is fresh.)
//
//   W_c = length v_c / |v_c|,   v_c = m_c - (1 / C) sum_j m_j,   m_c = mean over photos of c of e, |e| = 1
//
// A classifier at zero scores a class that has been in a batch above one that has not, for every photo alike:
// all embeddings are pulled to one direction, and with many classes and random sampling they stay there. From
// centred means every class is scored from the first step, each by a direction of its own.
#pragma once
#include <cstdint>
#include <vector>

#include "sampling/embeddings.h"
#include "sampling/identity_index.h"

namespace dg {

/// W [classes, d], row after row, from at most `photos` photos of each class, evenly spaced among its own.
/// A class whose mean is that of all classes gets a row of zeros. Never holds the embeddings of more than a
/// few thousand photos.
std::vector<float> class_mean_rows(const IdentityIndex& index, std::int64_t photos, double length,
                                   const EmbedPhotos& embed);

}  // namespace dg
