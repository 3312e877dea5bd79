// The profile of a step: what is charged, to what, and that parts sum to the whole.
#include "tensor/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "autograd/ops.h"
#include "losses/l2_softmax.h"
#include "optim/nesterov_sgd.h"

namespace dg {
namespace {

void work() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

const Profile::Line* find(const std::vector<Profile::Line>& lines, const std::string& operation, Part part) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const Profile::Line& l) {
    return l.operation == operation && l.part == part;
  });
  return found == lines.end() ? nullptr : &*found;
}

TEST(Profile, AMarkIsChargedTheTimeSinceTheOneBefore) {
  Profile profile;
  {
    const Profiling on(&profile);
    work();
    profile_mark(Part::loader, "wait");
    profile_mark(Part::optimiser);
    work();
    work();
    profile_mark(Part::rest, "a/folder/mining.cpp");
  }
  EXPECT_GE(profile.seconds(Part::loader), 0.002);
  EXPECT_LT(profile.seconds(Part::optimiser), profile.seconds(Part::loader));
  EXPECT_GE(profile.seconds(Part::rest), 0.004);
  const auto lines = profile.lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[2].operation, "profile_test") << "a mark without a name has its file's";
  EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end(),
                             [](const auto& a, const auto& b) { return a.seconds() > b.seconds(); }));
  EXPECT_TRUE(find(lines, "mining", Part::rest));
}

TEST(Profile, PartsSumToTheWhole) {
  Profile profile;
  const auto start = std::chrono::steady_clock::now();
  {
    const Profiling on(&profile);
    for (const Part part : all_parts) {
      work();
      profile_mark(part, "x");
    }
  }
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  double sum = 0;
  for (const Part part : all_parts) {
    EXPECT_GT(profile.seconds(part), 0) << name(part);
    sum += profile.seconds(part);
  }
  EXPECT_DOUBLE_EQ(sum, profile.seconds());
  EXPECT_LE(sum, wall);
}

TEST(Profile, OnlyAnActiveProfileCollectsAndOnlyFromItsThread) {
  Profile outer, inner;
  profile_mark(Part::rest, "before");
  {
    const Profiling on(&outer);
    {
      const Profiling off(nullptr);
      profile_mark(Part::rest, "paused");
    }
    {
      const Profiling other(&inner);
      profile_mark(Part::rest, "inner");
    }
    std::thread([] { profile_mark(Part::rest, "elsewhere"); }).join();
    profile_mark(Part::rest, "outer");
  }
  profile_mark(Part::rest, "after");
  ASSERT_EQ(outer.lines().size(), 1u);
  EXPECT_EQ(outer.lines()[0].operation, "outer");
  ASSERT_EQ(inner.lines().size(), 1u);
  EXPECT_EQ(inner.lines()[0].operation, "inner");
}

TEST(Profile, AScopeOverridesThePartAndEndsWithItself) {
  Profile profile;
  const Profiling on(&profile);
  {
    const ProfileScope scope({.as = Part::head, .backward = true});
    work();
    profile_mark(Part::forward, "x");
  }
  profile_mark(Part::forward, "x");
  const auto lines = profile.lines();
  const Profile::Line *head = find(lines, "x", Part::head), *forward = find(lines, "x", Part::forward);
  ASSERT_TRUE(head != nullptr && forward != nullptr);
  EXPECT_GE(head->backward, 0.002);
  EXPECT_EQ(head->forward, 0);
  EXPECT_EQ(forward->backward, 0);
}

// A convolution, an activation, the head and an update, as in a training step.
TEST(Profile, AStepIsTakenApartByOperationAndDirection) {
  Rng rng(1, 0);
  Parameter weight{.name = "w", .shape = {4, 3, 3, 2}};
  weight.set(Tensor::full(weight.shape, Real(0.1)));
  const Var a(Tensor::full({4}, 1), true), x(Tensor::full({3, 4, 4, 2}, 1), true);
  L2Softmax head({.classes = 5, .embedding = 64});
  head.initialise(rng);
  std::vector<Parameter*> parameters = head.parameters();
  parameters.push_back(&weight);
  NesterovSgd optimiser(parameters, {});
  const auto labels = Array<std::int32_t>::from(std::vector<std::int32_t>{0, 1, 2});

  Profile profile;
  {
    const Profiling on(&profile);
    Var h = arfa(conv2d(x, weight.value, Var(), {.pad = 1}), a, 1);
    const Var loss = head(l2_normalize(reshape(std::move(h), {3, 64})), labels).loss;
    backward(loss);
    optimiser.step(0.1);
  }
  const auto lines = profile.lines();
  const auto both_ways = [&](const char* operation, Part part) {
    const Profile::Line* line = find(lines, operation, part);
    ASSERT_NE(line, nullptr) << operation;
    EXPECT_GT(line->forward, 0) << operation;
    EXPECT_GT(line->backward, 0) << operation;
  };
  both_ways("arfa", Part::elementwise);
  both_ways("l2_normalize", Part::elementwise);
  for (const char* operation : {"scale", "matmul", "add", "softmax_cross_entropy"})
    both_ways(operation, Part::head);
  EXPECT_EQ(find(lines, "matmul", Part::forward), nullptr) << "the classifier's product belongs to the head";
  const struct {
    Part part;
    bool backward;
  } passes[] = {{Part::forward, false}, {Part::by_input, true}, {Part::by_weight, true}};
  for (const auto& pass : passes) {
    const Profile::Line* line = find(lines, "conv2d", pass.part);
    ASSERT_NE(line, nullptr) << name(pass.part);
    EXPECT_EQ(line->forward > 0, !pass.backward) << name(pass.part);
    EXPECT_EQ(line->backward > 0, pass.backward) << name(pass.part);
  }
  EXPECT_TRUE(find(lines, "nesterov_sgd", Part::optimiser));
}

}  // namespace
}  // namespace dg
