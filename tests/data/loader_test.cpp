#include "data/loader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/class_folder.h"
#include "error_text.h"
#include "tensor/error.h"
#include "tensor/rng.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

using Ids = std::vector<PhotoId>;
using Bytes = std::vector<std::uint8_t>;
constexpr int loaded_size = 8;

// Three people with four photos each; photo p has blue = 20 + 20 p.
PhotoSet three_people(const std::filesystem::path& data) {
  for (int p = 0; p < 12; ++p) {
    write_photo(data / std::to_string(p / 4) / (std::to_string(p % 4) + ".jpg"), 20 + 20 * p);
  }
  return scan_class_folder(data);
}

std::vector<Ids> random_batches(int batches, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Ids> plan(batches);
  for (Ids& batch : plan) {
    batch.resize(1 + rng.below(11));
    for (PhotoId& photo : batch) photo = static_cast<PhotoId>(rng.below(12));
  }
  return plan;
}

// All batches one after the other, `ahead` of them in flight.
std::vector<Bytes> run(PhotoStore& store, int workers, int ahead, const std::vector<Ids>& plan,
                       std::vector<Ids>* used) {
  Loader loader(store, {.workers = workers});
  std::vector<Bytes> result;
  std::size_t submitted = 0;
  for (std::size_t step = 0; step < plan.size(); ++step) {
    for (; submitted < plan.size() && submitted < step + static_cast<std::size_t>(ahead); ++submitted) {
      loader.submit(static_cast<std::int64_t>(submitted), plan[submitted]);
    }
    const LoadedBatch batch = loader.take(static_cast<std::int64_t>(step));
    result.emplace_back(batch.pixels.begin(), batch.pixels.end());
    if (used) used->emplace_back(batch.photos.begin(), batch.photos.end());
  }
  return result;
}

TEST(Loader, BatchesHoldThePlannedPhotosRowByRow) {
  const PhotoSet set = three_people(fresh_folder());
  PhotoStore store(set, replacement_lists(set), {.size = loaded_size});
  const auto plan = random_batches(20, 5);
  std::vector<Ids> used;
  const auto batches = run(store, 2, 3, plan, &used);
  EXPECT_EQ(used, plan);
  for (std::size_t step = 0; step < plan.size(); ++step) {
    ASSERT_EQ(batches[step].size(), plan[step].size() * store.image_bytes());
    for (std::size_t row = 0; row < plan[step].size(); ++row) {
      Bytes expected(store.image_bytes());
      store.load(plan[step][row], expected.data());
      EXPECT_TRUE(
          std::equal(expected.begin(), expected.end(), batches[step].begin() + row * store.image_bytes()));
    }
  }
}

TEST(Loader, ContentDoesNotDependOnWorkersCacheOrHowFarAheadItRuns) {
  const PhotoSet set = three_people(fresh_folder());
  for (const int p : {1, 2, 7}) break_photo(set, p);
  const auto plan = random_batches(40, 9);
  std::vector<Bytes> first;
  std::vector<Ids> first_used;
  for (const int workers : {0, 1, 2, 5}) {
    for (const int ahead : {1, 4, 40}) {
      for (const std::int64_t memory : {0, 1000, 1'000'000}) {
        PhotoStore store(set, replacement_lists(set), {.size = loaded_size, .memory_bytes = memory});
        std::vector<Ids> used;
        const auto batches = run(store, workers, ahead, plan, &used);
        if (first.empty()) {
          first = batches;
          first_used = used;
        }
        EXPECT_EQ(batches, first) << workers << " workers, " << ahead << " ahead";
        EXPECT_EQ(used, first_used);
        EXPECT_EQ(store.broken().entries.size(), 3u);
      }
    }
  }
}

TEST(Loader, StopsAtTheSameStepWhateverTheTiming) {
  const PhotoSet set = three_people(fresh_folder());
  for (const int p : {1, 4, 9}) break_photo(set, p);
  const std::vector<Ids> plan = {{0, 1}, {2, 3, 4}, {5, 6, 7}, {8, 9}, {10, 11}};
  for (const int workers : {0, 1, 4}) {
    PhotoStore store(set, replacement_lists(set),
                     {.size = loaded_size, .max_broken_share = 0.25, .min_broken = 3});
    Loader loader(store, {.workers = workers});
    for (int step = 0; step < 5; ++step) loader.submit(step, plan[step]);
    for (int step = 0; step < 3; ++step) loader.take(step);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "3 of 10 photos did not decode",
                        error_text([&] { loader.take(3); }));
    EXPECT_EQ(loader.take(4).photos[1], 11);  // the loader itself is not damaged
  }
}

TEST(Loader, WorkersErrorComesOutOfTheTakeOfItsBatch) {
  const PhotoSet set = three_people(fresh_folder());
  for (const int p : {4, 5, 6, 7, 8, 9, 10, 11}) break_photo(set, p);
  const std::vector<Ids> plan = {{0, 1, 2}, {0, 1, 10, 3, 0, 1, 2, 3, 5}, {3, 3}};
  for (const int workers : {0, 1, 4}) {
    PhotoStore store(set, replacement_lists(set), {.size = loaded_size});
    Loader loader(store, {.workers = workers});
    for (int step = 0; step < 3; ++step) loader.submit(step, plan[step]);
    EXPECT_EQ(loader.take(0).photos.size(), 3u);
    // both identity 1 (last row) and identity 2 have no good photo: always the first of the rows is reported
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "identity 2: none of the 4 photos",
                        error_text([&] { loader.take(1); }));
    EXPECT_EQ(loader.take(2).photos.size(), 2u);
    loader.submit(3, {0, 1});  // in the buffer of the failed batch
    EXPECT_EQ(loader.take(3).photos.size(), 2u);
  }
}

TEST(Loader, WithoutReplacementTheRowIsZeroAndMarked) {
  const PhotoSet set = three_people(fresh_folder());
  break_photo(set, 5);
  PhotoStore store(set, replacement_lists(set), {.size = loaded_size});
  Loader loader(store, {.workers = 1, .replace_broken = false});
  loader.submit(0, {4, 5, 6});
  const LoadedBatch batch = loader.take(0);
  EXPECT_EQ(Ids(batch.photos.begin(), batch.photos.end()), (Ids{4, -1, 6}));
  const auto row = batch.pixels.subspan(store.image_bytes(), store.image_bytes());
  EXPECT_EQ(Bytes(row.begin(), row.end()), Bytes(store.image_bytes()));
  ASSERT_EQ(store.broken().entries.size(), 1u);
  EXPECT_EQ(store.broken().entries[0].photo, 5);
}

TEST(Loader, BatchesAreTakenInTheOrderOfSubmission) {
  const PhotoSet set = three_people(fresh_folder());
  PhotoStore store(set, replacement_lists(set), {.size = loaded_size});
  Loader loader(store, {.workers = 1});
  EXPECT_EQ(error_text([&] { loader.take(3); }),
            "[loader] the oldest batch submitted must be taken: there is none, got 3");
  loader.submit(7, {0});
  loader.submit(8, {1});
  EXPECT_EQ(error_text([&] { loader.take(8); }),
            "[loader] the oldest batch submitted must be taken: step 7, got 8");
  EXPECT_EQ(loader.take(7).photos[0], 0);
  EXPECT_EQ(loader.take(8).photos[0], 1);
  EXPECT_THROW(Loader(store, {.workers = -1}), Error);
}

TEST(Loader, CountsTheSecondsSpentWaiting) {
  const PhotoSet set = three_people(fresh_folder());
  PhotoStore store(set, replacement_lists(set), {.size = loaded_size});
  Loader loader(store, {.workers = 0});
  EXPECT_EQ(loader.seconds_waited(), 0);
  loader.submit(0, {0, 1, 2});
  loader.take(0);
  const double once = loader.seconds_waited();
  EXPECT_GT(once, 0);
  loader.submit(1, {0, 1, 2});
  loader.take(1);
  EXPECT_GT(loader.seconds_waited(), once);
}

TEST(Loader, MayBeDestroyedWithWorkInFlight) {
  const PhotoSet set = three_people(fresh_folder());
  PhotoStore store(set, replacement_lists(set), {.size = loaded_size});
  for (int round = 0; round < 20; ++round) {
    Loader loader(store, {.workers = 3});
    for (int step = 0; step < 6; ++step) loader.submit(step, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  }
}

}  // namespace
}  // namespace dg
