// Several networks judging the same photos together (paper, Tables 3 and 6; sections 4.2.5 and 4.2.8). Of M
// members, m sees photo i as the unit row e_m,i of its own size d_m:
//   cosines (Table 3):        score(i, c) = 1/M sum_m <e_m,i, p_m,c>, p_m,c the prototype of class c
//   probabilities (Table 6):  P(i, c) = 1/M sum_m softmax_c(alpha_m <e_m,i, w_m,c> + b_m,c)
// The mean cosine is the cosine of the rows laid side by side: with e = [e_1, ..., e_M] / sqrt(M) and p
// likewise, |e| = |p| = 1 and <e, p> is the mean. So nearest_prototypes serves ensembles as it is.
#pragma once
#include <span>
#include <vector>

#include "evaluation/embeddings.h"
#include "evaluation/one_shot.h"
#include "tensor/device.h"

namespace dg {

/// The members' unit rows [rows, d_m] side by side, divided by sqrt(M): unit rows [rows, sum of d_m] whose
/// inner products are the means of the members'. Error unless there is a member and all have the same number
/// of rows.
Embeddings join_members(std::span<const EmbeddingView> members);

/// An L2-Softmax classifier: logits = alpha e W^T + b.
struct ClassifierView {
  EmbeddingView weight;  ///< W [classes, d]
  std::span<const float> bias;
  double alpha = 0;
};

/// One member's unit rows [photos, d] and its classifier.
struct ClassifierMember {
  EmbeddingView embeddings;
  ClassifierView classifier;
};

/// The most probable class of a photo, and the probability that it is another one. The doubt is summed from
/// the other classes' shares and is exact to rounding however small: 1 - doubt would be 1 for every photo of
/// a well-trained network, and coverage needs their order.
struct Judgement {
  ClassId class_id = 0;
  double doubt = 0;
};

/// argmax_c P(i, c) for each photo i, and 1 - P of it; equal probabilities go to the lower class. Errors: no
/// member, members that differ in photos or classes, sizes that do not fit, a logit that is not finite.
std::vector<Judgement> most_probable(std::span<const ClassifierMember> members, Device device = Device::cpu);

/// The same for photos of the `identities` [photos]; the confidence is -doubt, in [-1, 0], which orders
/// photos as P does.
std::vector<Recognition> recognise_by_probability(std::span<const ClassifierMember> members,
                                                  std::span<const ClassId> identities,
                                                  Device device = Device::cpu);

}  // namespace dg
