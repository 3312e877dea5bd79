// Every differentiable operation, forward and backward, on the device under test against the reference.
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

#include "device/operations.h"
#include "device/under_test.h"
#include "tensor/check.h"

namespace dg::test {
namespace {

namespace fs = std::filesystem;

// The result and, with a random upstream gradient, the gradient of every input that wants one.
Named outcome(const Operation& op, Device on) {
  std::vector<Var> inputs;
  for (const Input& in : op.inputs) inputs.emplace_back(Tensor::from(in.shape, in.values, on), !in.constant);
  const Var y = op.run(inputs);
  Named out{{"result", y.value().to_vector()}};
  if (y.requires_grad()) {
    Rng rng(77);
    backward(y, Tensor::from(y.shape(), normal(y.value().size(), rng), on));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Input& in = op.inputs[i];
    EXPECT_TRUE(inputs[i].value().to_vector() == in.values) << op.name << ", " << op.what << ": " << in.name;
    if (in.constant) continue;
    EXPECT_TRUE(inputs[i].grad().defined()) << op.name << ", " << op.what << ": no gradient of " << in.name;
    if (inputs[i].grad().defined()) out.emplace_back(in.name, inputs[i].grad().to_vector());
  }
  return out;
}

void check(const Operation& op) {
  const Named ref = on_reference([&](Device on) { return outcome(op, on); });
  const Named got = outcome(op, device()), again = outcome(op, device());
  ASSERT_EQ(got.size(), ref.size()) << op.name << ", " << op.what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    Parity parity{.operation = op.name,
                  .what = op.what + (i == 0 ? "" : ": gradient of " + got[i].first),
                  .reduction = op.reduction,
                  .products = op.products};
    for (const Input& in : op.inputs) {
      if (i == 0 || in.name != got[i].first) continue;
      parity.reduction = in.reduction;
      parity.largest = in.largest;
    }
    expect_parity(got[i].second, ref[i].second, parity);
    EXPECT_TRUE(got[i].second == again[i].second) << op.name << ", " << op.what << ": two runs differ";
  }
}

Operations small_operations() {
  Operations all;
  for (const auto& part : {element_operations(), row_operations(), product_operations(), image_operations()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::set<std::string> names_of(const Operations& operations) {
  std::set<std::string> names;
  for (const Operation& op : operations) names.insert(op.name);
  return names;
}

class OperationParity : public testing::TestWithParam<std::string> {};
TEST_P(OperationParity, ForwardAndAllGradients) {
  for (const Operation& op : small_operations()) {
    if (op.name == GetParam()) check(op);
  }
}
INSTANTIATE_TEST_SUITE_P(All, OperationParity, testing::ValuesIn(names_of(small_operations())),
                         [](const auto& test) { return test.param; });

class LargeOperationParity : public testing::TestWithParam<std::string> {};
TEST_P(LargeOperationParity, ForwardAndAllGradients) {
  for (const Operation& op : large_operations()) {
    if (op.name == GetParam()) check(op);
  }
}
INSTANTIATE_TEST_SUITE_P(Large, LargeOperationParity, testing::ValuesIn(names_of(large_operations())),
                         [](const auto& test) { return test.param; });

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path << " cannot be read";
  return text.str();
}

// The functions that a header declares: a type and a name at the start of a line.
std::set<std::string> declared(const fs::path& header) {
  static const std::regex declaration("(?:^|\n)[A-Z]\\w* (\\w+)\\(");
  const std::string text = contents(header);
  std::set<std::string> names;
  for (std::sregex_iterator i(text.begin(), text.end(), declaration), end; i != end; ++i)
    names.insert((*i)[1]);
  return names;
}

TEST(OperationParity, OperationsWithDeviceParityAreAllOperations) {
  const fs::path ops = fs::path(DG_SOURCE_DIR) / "autograd" / "ops";
  std::set<std::string> expected = declared(fs::path(DG_SOURCE_DIR) / "autograd" / "ops.h");
  std::vector<fs::path> sources;
  for (const auto& entry : fs::directory_iterator(ops)) {
    if (entry.path().extension() == ".h") expected.merge(declared(entry.path()));
    if (entry.path().extension() == ".cpp") sources.push_back(entry.path());
  }
  const std::set<std::string> tested = names_of(small_operations());
  EXPECT_EQ(tested, expected);
  std::set<std::string> large = names_of(large_operations());
  EXPECT_EQ(large, expected) << "with more than 2^16 rows";
  for (const fs::path& source : sources) {
    const std::string text = contents(source);
    const bool defines_one = std::any_of(tested.begin(), tested.end(), [&](const std::string& name) {
      return std::regex_search(text, std::regex("(?:^|\n)[A-Z]\\w* " + name + "\\("));
    });
    EXPECT_TRUE(defines_one) << source << " defines no operation that is tested here";
  }
  std::printf("operations with device parity: %zu of %zu\n", tested.size(), expected.size());
}

// Where an operation may overwrite its operand it does so on the device as well.
TEST(OperationParity, MovedOperandsAreReused) {
  Rng rng(1);
  const auto fresh = [&rng] { return Var(Tensor::from({4, 3}, normal(12, rng), device())); };
  const Var a(Tensor::full({3}, 1, device())), s(Tensor::scalar(2, device()));
  const std::vector<std::function<Var(Var)>> operations{
      [&](Var x) { return arfa(std::move(x), a, 1); }, [&](Var x) { return add(std::move(x), a); },
      [&](Var x) { return scale(std::move(x), s); }, [](Var x) { return scale(std::move(x), Real(3)); },
      [](Var x) {
        return reshape(std::move(x), {2, 6});
      }};
  for (std::size_t i = 0; i < operations.size(); ++i) {
    Var x = fresh();
    const Real* buffer = x.value().data();
    EXPECT_EQ(operations[i](std::move(x)).value().data(), buffer) << "operation " << i;
  }
}

// The hardest wrong classes come with integers and copies: nothing may be rounded. Few different logits make
// ties, which the lowest class wins.
TEST(OperationParity, HardestClassesAreExactlyEqual) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const Index classes : {1, 2, 3, 37, 300, 1025}) {
    for (const std::uint64_t levels : {3, 100'000}) {
      constexpr Index rows = 11;
      Rng rng(9, static_cast<std::uint64_t>(classes));
      Numbers logits(static_cast<std::size_t>(rows * classes));
      for (float& x : logits) x = static_cast<float>(rng.below(levels)) / 64;
      logits[0] = -infinity;
      if (classes > 2) logits[static_cast<std::size_t>(classes + 1)] = std::nanf("");
      const auto run = [&](Device on) {
        const auto labels = Array<std::int32_t>::from(some_labels(rows, classes), on);
        return softmax_cross_entropy(Var(Tensor::from({rows, classes}, logits, on)), labels);
      };
      const SoftmaxCrossEntropy ref = on_reference(run), got = run(device());
      const std::string what = fmt::format("{} classes, {} levels", classes, levels);
      EXPECT_EQ(got.hardest.class_id.to_vector(), ref.hardest.class_id.to_vector()) << what;
      EXPECT_EQ(got.hardest.tied.to_vector(), ref.hardest.tied.to_vector()) << what;
      EXPECT_EQ(error_over_bound(got.hardest.logit.to_vector(), ref.hardest.logit.to_vector(), 1, 0), 0)
          << what;
      EXPECT_EQ(error_over_bound(got.target_logit.to_vector(), ref.target_logit.to_vector(), 1, 0), 0)
          << what;
    }
  }
}

}  // namespace
}  // namespace dg::test
