#include "sampling/compared/hard_class_choice.h"

#include <algorithm>
#include <limits>

#include "sampling/check.h"
#include "sampling/compared/inner_products.h"

namespace dg {
namespace {

constexpr float lowest = -std::numeric_limits<float>::infinity();

class Candidates {
 public:
  Candidates(const Embeddings& probes, std::size_t photos)
      : probes_(probes), photos_(photos), packed_(probes), positive_(probes.rows() / photos, 1) {
    products_.resize(packed_.panels() * PackedColumns::panel_columns);
    for (std::size_t c = 0; c < positive_.size(); ++c) {
      for (std::size_t a = c * photos_; a < (c + 1) * photos_; ++a) {
        for (std::size_t b = a + 1; b < (c + 1) * photos_; ++b)
          positive_[c] = std::min(positive_[c], product(a, b));
      }
    }
  }

  /// violations[c] = max(violations[c], that of c with respect to class j), for all c.
  void raise(std::vector<float>& violations, std::size_t j) {
    for (std::size_t photo = j * photos_; photo < (j + 1) * photos_; ++photo) {
      multiply(photo);
      for (std::size_t c = 0; c < violations.size(); ++c) {
        const float nearest = *std::max_element(&products_[c * photos_], &products_[(c + 1) * photos_]);
        violations[c] = std::max(violations[c], nearest - std::min(positive_[c], positive_[j]));
      }
    }
  }

 private:
  const float* row(std::size_t photo) const { return probes_.values.data() + photo * probes_.dim; }
  float product(std::size_t a, std::size_t b) const {
    float sum = 0;
    for (std::size_t d = 0; d < probes_.dim; ++d) sum += row(a)[d] * row(b)[d];
    return sum;
  }
  /// products_[i] = <photo, photo i> for all.
  void multiply(std::size_t photo) {
    for (std::size_t panel = 0; panel < packed_.panels(); ++panel) {
      packed_.multiply(row(photo), 1, panel, &products_[panel * PackedColumns::panel_columns]);
    }
  }

  const Embeddings& probes_;
  std::size_t photos_;
  PackedColumns packed_;
  std::vector<float> positive_, products_;
};

}  // namespace

std::vector<std::size_t> choose_hard_classes(const Embeddings& probes, std::size_t photos, std::size_t seeds,
                                             std::size_t count, Rng& rng) {
  constexpr auto where = "choose_hard_classes";
  demand(photos >= 1, where, "photos must be at least 1, got ", photos);
  demand_rows(probes, probes.rows() / photos * photos, where);
  const std::size_t n = probes.rows() / photos;
  demand(1 <= seeds && seeds <= count && count <= n, where,
         "1 <= seeds <= classes to choose <= candidates must hold, got ", seeds, ", ", count, " and ", n);
  Candidates candidates(probes, photos);
  std::vector<float> violations(n, lowest);
  std::vector<bool> taken(n, false);
  std::vector<std::size_t> chosen, hardest;
  while (chosen.size() < count) {
    hardest.clear();
    if (chosen.size() < seeds) hardest.push_back(chosen.size());
    for (std::size_t c = 0; c < n && chosen.size() >= seeds; ++c) {
      if (taken[c]) continue;
      if (!hardest.empty() && violations[c] > violations[hardest[0]]) hardest.clear();
      if (hardest.empty() || violations[c] == violations[hardest[0]]) hardest.push_back(c);
    }
    const std::size_t next = hardest.size() == 1 ? hardest[0] : hardest[rng.below(hardest.size())];
    chosen.push_back(next);
    taken[next] = true;
    if (chosen.size() < count) candidates.raise(violations, next);
  }
  return chosen;
}

}  // namespace dg
