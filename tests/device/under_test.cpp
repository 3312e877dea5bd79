#include "device/under_test.h"

#include <cstdlib>
#include <map>
#include <string_view>

#include "tensor/check.h"

namespace dg::test {
namespace {

std::string_view setting(const char* name, std::string_view otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::string_view(value) : otherwise;
}

struct Row {
  int comparisons = 0;
  double largest = 0;
  std::string where;
};

std::map<std::string, Row>& table() {
  static std::map<std::string, Row> rows;
  return rows;
}

}  // namespace

Device device() {
  const std::string_view name = setting("DG_TEST_DEVICE", "cuda");
  require(name == "cuda" || name == "cpu", "DG_TEST_DEVICE", "must be cuda or cpu, got {}", name);
  return name == "cpu" ? Device::cpu : Device::cuda;
}

bool tf32() {
  const std::string_view name = setting("DG_TEST_PRECISION", "strict");
  require(name == "strict" || name == "tf32", "DG_TEST_PRECISION", "must be strict or tf32, got {}", name);
  return name == "tf32";
}

// Only the absence of a device is a reason to skip: one that computes wrongly must fail the tests.
std::string why_no_device() {
  (void)tf32();
  return device() == Device::cuda ? why_no_cuda() : "";
}

std::string describe_device() {
  return fmt::format("{} ({}), {}", name(device()),
                     device() == Device::cuda ? describe_cuda() : backend(device()).name(),
                     tf32() ? "products may be rounded to tf32" : "strict float32");
}

void expect_parity(const Numbers& got, const Numbers& ref, const Parity& p) {
  const double eps = p.products && tf32() ? tf32_eps : float_eps;
  const double ratio = error_over_bound(got, ref, p.reduction, eps, p.largest);
  EXPECT_LE(ratio, 1) << p.operation << ", " << p.what << ": " << ratio << " times what is allowed, "
                      << got.size() << " numbers for " << ref.size();
  Row& row = table()[p.operation];
  ++row.comparisons;
  if (ratio >= row.largest) {
    row.largest = ratio;
    row.where = p.what;
  }
}

void expect_parity(const Named& got, const Named& ref, const Parity& p) {
  ASSERT_EQ(got.size(), ref.size()) << p.operation << ", " << p.what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].first, ref[i].first) << p.operation << ", " << p.what;
    Parity part = p;
    part.what += (p.what.empty() ? "" : ": ") + got[i].first;
    expect_parity(got[i].second, ref[i].second, part);
  }
}

void compare(const std::function<Named(Device)>& f, const Parity& p) {
  const Named ref = on_reference(f), got = f(device()), again = f(device());
  expect_parity(got, ref, p);
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].second, again[i].second)
        << p.operation << ", " << p.what << ": " << got[i].first << " differs between two runs";
  }
}

std::string error_table() {
  std::string text = fmt::format("{:<26}{:>12}{:>16}  where\n", "operation", "comparisons", "error / bound");
  for (const auto& [operation, row] : table()) {
    text += fmt::format("{:<26}{:>12}{:>16.4f}  {}\n", operation, row.comparisons, row.largest,
                        row.largest > 0 ? row.where : "equal");
  }
  return text;
}

}  // namespace dg::test
