#include "sampling/compared/class_graph_sampler.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sampling/check.h"
#include "sampling/compared/nearest_classes.h"
#include "sampling/sampler_state.h"
#include "sampling/urn.h"

namespace dg {
namespace {

constexpr const char* where = "class_graph_sampler";
constexpr ClassId classes_at_once = 1024;  // embedded in one call, so that only their photos are in memory

/// Mean of `count` rows from row `first` on, scaled to length 1; zeros where it has no direction.
void put_mean(const Embeddings& rows, std::size_t first, std::size_t count, float* mean) {
  double square = 0;
  std::vector<double> sum(rows.dim, 0);
  for (std::size_t d = 0; d < rows.dim; ++d) {
    for (std::size_t i = first; i < first + count; ++i) sum[d] += rows.values[i * rows.dim + d];
    square += sum[d] * sum[d];
  }
  const double scale = square > 0 ? 1 / std::sqrt(square) : 0;
  for (std::size_t d = 0; d < rows.dim; ++d) mean[d] = static_cast<float>(scale * sum[d]);
}

}  // namespace

ClassGraphSampler::ClassGraphSampler(const IdentityIndex& index, EmbedPhotos embed, ClassCounts counts,
                                     const ClassGraphOptions& options, Rng rng)
    : index_(index),
      embed_(std::move(embed)),
      counts_(counts),
      options_(options),
      default_neighbours_(options.neighbours == 0),
      rng_(rng) {
  const int most = counts.max_classes();
  demand_random_classes(counts, options.random_classes, where);
  demand_enough_classes(counts, index.classes(), where);
  demand(options.photos >= 1, where, "photos must be at least 1, got ", options.photos);
  demand(options.neighbours >= 0, where, "neighbours must be at least 0, got ", options.neighbours);
  demand(options.every >= 0, where, "every must be at least 0, got ", options.every);
  if (options_.neighbours == 0) options_.neighbours = std::max(1, most - 1);
  if (options_.every == 0) options_.every = (index.photos() - 1) / counts.batch() + 1;
}

std::span<const ClassId> ClassGraphSampler::neighbours_of(ClassId c) const {
  demand(c >= 0 && c < index_.classes(), where, "class must be one of 0..", index_.classes() - 1, ", got ",
         c);
  if (graph_.empty()) return {};
  const std::size_t k = graph_.size() / static_cast<std::size_t>(index_.classes());
  return std::span(graph_).subspan(static_cast<std::size_t>(c) * k, k);
}

Embeddings ClassGraphSampler::prototypes(Rng& rng) const {
  Embeddings result;
  const auto photos = static_cast<std::size_t>(options_.photos);
  for (ClassId begin = 0; begin < index_.classes(); begin += classes_at_once) {
    std::vector<ClassId> classes;
    for (ClassId c = begin; c < std::min(index_.classes(), begin + classes_at_once); ++c)
      classes.push_back(c);
    const std::size_t n = classes.size();
    const Batch probes = draw_photos(index_, std::move(classes), std::vector<int>(n, options_.photos), rng);
    const Embeddings embedded = embed_(probes.photos);
    demand_rows(embedded, probes.photos.size(), where);
    if (begin == 0) {
      result.dim = embedded.dim;
      result.values.resize(static_cast<std::size_t>(index_.classes()) * result.dim);
    }
    demand(embedded.dim == result.dim, where, "the embeddings must all be of one size, got ", result.dim,
           " and ", embedded.dim);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t c = static_cast<std::size_t>(begin) + i;
      put_mean(embedded, i * photos, photos, &result.values[c * result.dim]);
    }
  }
  return result;
}

Batch ClassGraphSampler::next() {
  Rng rng = rng_;  // committed at the end: embed may throw
  if (graph_.empty() || age_ >= options_.every) {
    const Embeddings all = prototypes(rng);
    graph_ = nearest_classes(all, options_.neighbours);
    age_ = 0;
    bytes_ =
        static_cast<std::int64_t>(graph_.size() * sizeof(ClassId) + 2 * all.values.size() * sizeof(float));
  }
  std::vector<int> photos_per_class = counts_.draw(rng);
  const auto seeds = static_cast<std::size_t>(options_.random_classes);
  std::vector<ClassId> classes;
  Urn urn(index_.classes());  // the classes that are not in the batch
  for (std::size_t i = 0; i < photos_per_class.size(); ++i) {
    ClassId chosen = no_class;
    if (i >= seeds) {
      const auto near = neighbours_of(classes[i % seeds]);
      const auto found =
          std::find_if(near.begin(), near.end(), [&](ClassId c) { return c != no_class && urn.contains(c); });
      if (found != near.end()) chosen = *found;
    }
    if (chosen == no_class) {
      chosen = static_cast<ClassId>(urn.draw(rng));
    } else {
      urn.take(chosen);
    }
    classes.push_back(chosen);
  }
  Batch batch = draw_photos(index_, std::move(classes), std::move(photos_per_class), rng);
  ++age_;
  rng_ = rng;
  return batch;
}

std::int64_t ClassGraphSampler::bytes() const {
  return std::max(bytes_, static_cast<std::int64_t>(graph_.size() * sizeof(ClassId)));
}

State ClassGraphSampler::save() const {
  StateWriter out("DGSG");
  put_sampler(out, index_, rng_);
  out.put(age_);
  out.put(graph_);
  return std::move(out).finish();
}

void ClassGraphSampler::load(std::span<const std::uint8_t> state) {
  StateReader in(state, "DGSG");
  const Rng rng = get_sampler(in, index_, where);
  const auto age = in.get<std::int64_t>();
  std::vector<ClassId> graph = in.get_vector<ClassId>();
  in.finish();
  const auto classes = static_cast<std::size_t>(index_.classes());
  const std::size_t size = classes * static_cast<std::size_t>(options_.neighbours);
  // Older versions kept fewer by default; such a graph serves until the next one is made.
  const bool older = default_neighbours_ && graph.size() < size && graph.size() % classes == 0;
  demand(graph.empty() || graph.size() == size || older, where, "the saved graph has ", graph.size(),
         " entries, this sampler's ", size);
  for (std::size_t i = 0; i < graph.size(); ++i) {
    const auto c = static_cast<ClassId>(i / (graph.size() / classes));
    demand(graph[i] >= no_class && graph[i] < index_.classes() && graph[i] != c, where,
           "a neighbour of class ", c, " must be another class, got ", graph[i]);
  }
  demand(age >= 0 && age <= options_.every, where, "the age of the saved graph must be 0..", options_.every,
         ", got ", age);
  rng_ = rng;
  age_ = age;
  graph_ = std::move(graph);
}

}  // namespace dg
