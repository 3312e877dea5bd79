// What the parity suite of a device shares: which device is under test, how to run the same computation on
// the reference, and the table of the largest errors.
#pragma once
#include <functional>
#include <utility>

#include "device/parity.h"
#include "tensor/backend.h"
#include "tensor/tensor.h"

namespace dg::test {

/// Environment DG_TEST_DEVICE: cuda (the default), or cpu, the fast CPU backend.
Device device();
/// Environment DG_TEST_PRECISION=tf32: products may be rounded to TF32.
bool tf32();
/// Empty when the device under test is there; otherwise why not. A setting that does not exist is an Error.
std::string why_no_device();
/// The device under test and its settings, in a line.
std::string describe_device();

/// While alive, Device::cpu is the reference backend.
class OnReference {
 public:
  OnReference() { use_cpu_backend(reference_backend()); }
  ~OnReference() { use_cpu_backend(fast_cpu_backend()); }
  OnReference(const OnReference&) = delete;
  OnReference& operator=(const OnReference&) = delete;
};

template <class F>
auto on_reference(F f) {
  const OnReference guard;
  return f(Device::cpu);
}

/// What is compared, and how many terms its reductions have.
struct Parity {
  std::string operation;  // row of the table
  std::string what;
  Index reduction = 1;
  bool products = false;  // contains a matrix product or a convolution
  double largest = 0;     // max|ref| where the numbers are a part of something larger
};
/// The parity rule; the largest error goes into the table.
void expect_parity(const Numbers& got, const Numbers& ref, const Parity& parity);

/// Results under names.
using Named = std::vector<std::pair<std::string, Numbers>>;
void expect_parity(const Named& got, const Named& ref, const Parity& parity);
/// f(device) -> Named on the device under test against the reference; two runs on the device are bit-equal.
void compare(const std::function<Named(Device)>& f, const Parity& parity);

/// One line per operation: number of comparisons, the largest error as a share of what is allowed, and where.
std::string error_table();

}  // namespace dg::test
