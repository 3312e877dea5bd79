// The measured parts of doppel bench samplers: each method on classes with synthetic scores and embeddings.
#pragma once
#include <functional>

#include "apps/bench/bench.h"
#include "layers/face_resnet.h"
#include "sampling/class_counts.h"
#include "sampling/doppelganger_list.h"
#include "sampling/embeddings.h"
#include "sampling/identity_index.h"

namespace dg {

inline constexpr int bench_images = 3, bench_batch = 81;  // K and M of the paper's experiments

/// Median time of `rounds` calls, in milliseconds.
double median_ms(std::int64_t rounds, const std::function<void()>& call);
/// Time of one photo in a forward pass of a batch, in milliseconds.
double photo_ms(const FaceResnetOptions& network);

/// What a method costs per step (apps/bench/samplers.cpp names the parts), and the memory that it holds:
/// between batches, and at most.
struct SamplerCost {
  double choose_ms = 0, learn_ms = 0, scores_ms = 0, photos_per_step = 0, graph_ms = 0;
  double graph_s = 0;  // one graph
  std::int64_t kept_bytes = 0, peak_bytes = 0;
};

class SyntheticClasses {
 public:
  struct Options {
    ClassId classes = 0;
    std::size_t embedding = 0;
    std::int64_t photos = 0;  // of a class
    int random_classes = 0;   // N_r
    std::int64_t rounds = 0;  // batches to time
  };
  explicit SyntheticClasses(const Options& options);

  SamplerCost random() const;
  SamplerCost doppelganger() const;
  SamplerCost hard_class() const;
  /// The neighbours of graph_rows() classes are searched; their time stands for that of all.
  SamplerCost class_graph() const;
  /// As many as make 20 million pairs with all classes, but at least 1,024.
  std::int64_t graph_rows() const;

 private:
  double added_by_mining_ms() const;

  Options options_;
  ClassCounts counts_;
  IdentityIndex index_;
  Embeddings directions_;  // random embeddings
};

}  // namespace dg
