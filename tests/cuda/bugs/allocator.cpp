// Bugs that the library's own allocator would hide if it kept released memory for itself.
#include "tensor/parallel.h"
#include "tensor/tensor.h"
#include "tests/cuda/bugs/bugs.h"

namespace dg::standin {
namespace {

struct Copy {
  const Real* from;
  Real* to;
  DG_FN void operator()(std::int64_t i) const { to[i] = from[i]; }
};

struct Fill {
  Real* to;
  DG_FN void operator()(std::int64_t i) const { to[i] = 1; }
};

bool read_after_release(bool mended) {
  const std::int64_t n = 100;
  auto x = std::make_unique<Tensor>(Shape{n}, Device::cuda);
  const Tensor y(Shape{n}, Device::cuda);
  for_each(Device::cuda, n, Fill{x->data()});
  const Real* const from = x->data();
  if (!mended) x.reset();
  for_each(Device::cuda, n, Copy{from, y.data()});
  return y.to_vector()[0] == 1;
}

bool write_one_past_a_tensor(bool mended) {
  const std::int64_t n = 100;
  const Tensor x(Shape{n}, Device::cuda);
  for_each(Device::cuda, mended ? n : n + 1, Fill{x.data()});
  return x.to_vector()[0] == 1;
}

const AddBug a("read_after_release", read_after_release);
const AddBug b("write_one_past_a_tensor", write_one_past_a_tensor);

}  // namespace
}  // namespace dg::standin
