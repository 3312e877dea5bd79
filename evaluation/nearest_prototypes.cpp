// The search of prototypes.h. Prototypes are packed into panels of 32, [dim, 32], so that one step over dim
// multiplies 8 embeddings by 32 prototypes in 16 vector registers. Every product is summed in float from the
// first dimension to the last, whatever its place in the tile: equal prototypes get bit-equal cosines.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "evaluation/prototypes.h"
#include "tensor/check.h"

namespace dg {
namespace {

using Vector = float __attribute__((vector_size(64)));
constexpr std::size_t kLanes = 16, kVectors = 2, kColumns = kLanes * kVectors, kRows = 8;
constexpr std::size_t kBlock = 128;  // embeddings per thread's turn: 256 KiB at dim 512, stays in L2

struct alignas(64) PanelRow {
  std::array<float, kColumns> values{};
};
using Scores = std::array<std::array<float, kColumns>, kRows>;

/// Prototypes [classes, dim] as ceil(classes / 32) panels of [dim, 32], filled up with zeros.
std::vector<PanelRow> pack(const EmbeddingView& prototypes) {
  const std::size_t dim = prototypes.dim, panels = (prototypes.rows() + kColumns - 1) / kColumns;
  std::vector<PanelRow> packed(panels * dim);
  for (std::size_t c = 0; c < prototypes.rows(); ++c) {
    const auto p = prototypes.row(c);
    PanelRow* panel = &packed[c / kColumns * dim];
    for (std::size_t d = 0; d < dim; ++d) panel[d].values[c % kColumns] = p[d];
  }
  return packed;
}

/// scores[r][c] = <row r, prototype c of the panel>.
void multiply(const std::array<const float*, kRows>& rows, const PanelRow* panel, std::size_t dim,
              Scores& scores) {
  Vector sum[kRows][kVectors] = {};
  for (std::size_t d = 0; d < dim; ++d) {
    Vector p[kVectors];
    std::memcpy(p, &panel[d], sizeof p);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
      for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] += rows[r][d] * p[v];
    }
  }
  std::memcpy(&scores, sum, sizeof scores);
}

void check_unit_rows(const char* what, const EmbeddingView& embeddings) {
  check_embeddings("nearest_prototypes", embeddings);
  for (std::size_t i = 0; i < embeddings.rows(); ++i) {
    const auto row = embeddings.row(i);
    const double length = std::sqrt(double{dot(row, row)});
    require(std::abs(length - 1) < 1e-3, "nearest_prototypes", "{} {} must have length 1, got {}", what, i,
            length);
  }
}

/// The matches of the embeddings first..last-1.
void search_block(const EmbeddingView& embeddings, const std::vector<PanelRow>& packed, std::size_t classes,
                  std::size_t first, std::size_t last, std::vector<Match>& matches) {
  Scores scores;
  for (std::size_t c0 = 0; c0 < classes; c0 += kColumns) {
    const std::size_t columns = std::min(kColumns, classes - c0);
    for (std::size_t i = first; i < last; i += kRows) {
      std::array<const float*, kRows> rows;  // behind the last embedding: that one again, its scores unused
      for (std::size_t r = 0; r < kRows; ++r) {
        rows[r] = embeddings.row(std::min(i + r, last - 1)).data();
      }
      multiply(rows, &packed[c0 / kColumns * embeddings.dim], embeddings.dim, scores);
      for (std::size_t r = 0; r < std::min(kRows, last - i); ++r) {
        Match& match = matches[i + r];
        for (std::size_t c = 0; c < columns;
             ++c) {  // ascending and strictly greater: the lower index wins a tie
          if (scores[r][c] > match.cosine) match = {static_cast<int>(c0 + c), scores[r][c]};
        }
      }
    }
  }
}

}  // namespace

std::vector<Match> nearest_prototypes(const EmbeddingView& embeddings, const EmbeddingView& prototypes) {
  constexpr auto where = "nearest_prototypes";
  check_unit_rows("embedding", embeddings);
  check_unit_rows("prototype", prototypes);
  require(embeddings.dim == prototypes.dim, where,
          "embeddings and prototypes must agree in size, got {} and {}", embeddings.dim, prototypes.dim);
  const std::size_t rows = embeddings.rows(), classes = prototypes.rows();
  require(classes > 0 && classes <= std::numeric_limits<int>::max(), where,
          "prototypes must be between 1 and {}, got {}", std::numeric_limits<int>::max(), classes);
  const std::vector<PanelRow> packed = pack(prototypes);
  std::vector<Match> matches(rows, {0, -std::numeric_limits<float>::infinity()});
  const std::size_t blocks = (rows + kBlock - 1) / kBlock;
#pragma omp parallel for schedule(static)
  for (std::size_t b = 0; b < blocks; ++b) {
    search_block(embeddings, packed, classes, b * kBlock, std::min(rows, (b + 1) * kBlock), matches);
  }
  return matches;
}

}  // namespace dg
