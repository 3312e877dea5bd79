// Bugs of the host: it forgets where memory is, or that the device works later.
#include "tests/cuda/bugs/bugs.h"
#include "tests/cuda/standin/test/kernels.h"

namespace dg::standin {
namespace {

bool host_reads_device_memory(bool mended) {
  const Floats x(std::vector<float>{1, 2, 3});
  return (mended ? x.host()[1] : x.data()[1]) == 2;
}

bool read_before_synchronise(bool mended) {
  const cudaStream_t stream = new_stream();
  const Floats x(1);
  float answer = 42;  // the right answer, by luck, from an earlier step
  must(fill(1, x.data(), 42, stream));
  must(cudaMemcpyAsync(&answer, x.data(), sizeof answer, cudaMemcpyDeviceToHost, stream));
  if (mended) must(cudaStreamSynchronize(stream));
  return answer == 42;
}

bool uninitialised_memory(bool mended) {
  const Floats sum(1), x(std::vector<float>{5});
  if (mended) must(cudaMemsetAsync(sum.data(), 0, sizeof(float), nullptr));
  must(launch("add", add_kernel, 1, 1, nullptr, 1, sum.data(), x.data()));
  return sum.host()[0] == 5;
}

const AddBug a("host_reads_device_memory", host_reads_device_memory);
const AddBug b("read_before_synchronise", read_before_synchronise);
const AddBug c("uninitialised_memory", uninitialised_memory);

}  // namespace
}  // namespace dg::standin
