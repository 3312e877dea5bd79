#include "training/config/plan.h"

#include <gtest/gtest.h>

#include "error_text.h"

namespace dg {
namespace {

// A folder of `people` with `photos` each to train on and one more to test, on two cores.
DataFacts folder(std::int64_t people, std::int64_t photos) {
  return {.people = people,
          .identities = people,
          .training_photos = people * photos,
          .photos_of_each = photos,
          .evaluation_photos = people * (photos + 1),
          .all_photos = people * (photos + 1),
          .cache_bytes = std::int64_t{1} << 30,
          .cores = 2};
}

Config planned(const DataFacts& facts, const std::vector<std::string>& settings = {}) {
  auto [config, given] = load_given_config(std::nullopt, settings);
  plan_settings(config, given, facts);
  return config;
}

TEST(Plan, ManyPeopleAndALongScheduleHaveTheDefaults) {
  const Config defaults, c = planned(folder(4000, 40), {"steps=5000"});
  EXPECT_EQ(differences(c, defaults, Compare::results), std::vector<std::string>{});
}

struct Folder {
  std::int64_t people, photos;  // photos to train on
  std::int64_t images, batch, random, steps, classifier;
};

TEST(Plan, EveryFolderHasBatchesThatItCanFill) {
  // 20 epochs are 120 * 20 / 45 = 54 steps of 30 people; 20,000 x 49 photos would be 241,976.
  for (const Folder& f :
       {Folder{2, 1, 2, 4, 1, 1000, 2}, Folder{9, 2, 2, 8, 1, 1000, 9}, Folder{20, 4, 3, 30, 3, 1000, 20},
        Folder{30, 4, 3, 45, 5, 1000, 30}, Folder{300, 9, 3, 81, 9, 1000, 81},
        Folder{5000, 4, 3, 81, 9, 4939, 81}, Folder{20000, 49, 3, 81, 9, 50000, 81}}) {
    const Config c = planned(folder(f.people, f.photos));
    SCOPED_TRACE(fmt::format("{} people with {} photos", f.people, f.photos));
    EXPECT_EQ(c.sampling.images_per_class.lo, f.images);
    EXPECT_EQ(c.sampling.images_per_class.hi, f.images);
    EXPECT_EQ(c.sampling.batch, f.batch);
    EXPECT_EQ(c.sampling.random_classes, f.random);
    EXPECT_EQ(c.steps, f.steps);
    EXPECT_EQ(c.classifier.batch, f.classifier);
    EXPECT_LE(c.optim.warmup, c.steps / 10);
    EXPECT_LE(c.loss.margin_start, c.steps / 5);
  }
}

TEST(Plan, StepsFollowFromEpochs) {
  EXPECT_EQ(planned(folder(30, 4), {"epochs=100"}).steps, 267);  // 100 * 120 / 45, rounded up
  EXPECT_EQ(planned(folder(30, 4), {"epochs=0.1"}).steps, 1);
  EXPECT_EQ(planned(folder(30, 4), {"epochs=100"}).epochs, 0) << "steps has taken them over";
  EXPECT_EQ(planned(folder(30, 4), {"steps=7"}).steps, 7);
  EXPECT_EQ(error_text<Error>([] {
              planned(folder(30, 4), {"epochs=2", "steps=10"});
            }),
            "[config] required steps or epochs, got both: steps = 10 and epochs = 2");
  EXPECT_EQ(error_text<Error>([] { planned(folder(20000, 49), {"epochs=1000000"}); }),
            "[config] epochs = 1e+06 are more than 1000000000 steps");
}

TEST(Plan, ShortSchedulesHaveShortStarts) {
  const Config c = planned(folder(300, 9), {"steps=300"});
  EXPECT_EQ(c.optim.warmup, 30);
  EXPECT_EQ(c.loss.margin_start, 60);
  EXPECT_EQ(planned(folder(300, 9), {"steps=300", "optim.warmup=0"}).optim.warmup, 0);
  EXPECT_EQ(planned(folder(300, 9), {"steps=5"}).optim.warmup, 1);
}

TEST(Plan, WhatIsGivenStays) {
  EXPECT_EQ(planned(folder(300, 9), {"sampling.images_per_class=2"}).sampling.batch, 54);
  EXPECT_EQ(planned(folder(300, 9), {"sampling.batch=64"}).sampling.images_per_class.lo, 2);
  EXPECT_EQ(planned(folder(300, 9), {"sampling.batch=61"}).sampling.images_per_class.lo, 1);
  EXPECT_EQ(planned(folder(300, 9), {"sampling.classes=10"}).sampling.batch, 30);
  EXPECT_EQ(
      planned(folder(300, 9), {"sampling.classes=10", "sampling.batch=50"}).sampling.images_per_class.lo, 5);
  EXPECT_EQ(planned(folder(36, 4), {"sampling.random_classes=27"}).sampling.batch, 81);
  const Config range = planned(folder(30, 4), {"sampling.images_per_class=2..8"});
  EXPECT_EQ(range.sampling.batch, 30);
  const Config all = planned(folder(30, 4), {"steps=70", "sampling.random_classes=4", "init.lsuv_images=9",
                                             "optim.warmup=60", "loss.margin_start=50", "classifier.batch=3",
                                             "evaluate.every=33", "data.workers=5", "data.cache_mb=77"});
  EXPECT_EQ(all.sampling.random_classes, 4);
  EXPECT_EQ(all.init.lsuv_images, 9);
  EXPECT_EQ(all.optim.warmup, 60);
  EXPECT_EQ(all.loss.margin_start, 50);
  EXPECT_EQ(all.classifier.batch, 3);
  EXPECT_EQ(all.evaluate.every, 33);
  EXPECT_EQ(all.data.workers, 5);
  EXPECT_EQ(all.data.cache_mb, 77);
}

TEST(Plan, EvaluationsTakeATwentiethOfTheTimeAtMost) {
  // 1,000 steps of 45 photos are 135,000 passes; an evaluation of 150 photos is 300.
  EXPECT_EQ(planned(folder(30, 4)).evaluate.every, 100);
  DataFacts many = folder(30, 4);
  many.evaluation_photos = 1000;  // 2,000 passes: three times are 4.4%
  EXPECT_EQ(planned(many).evaluate.every, 334);
  many.evaluation_photos = 13'000;  // 19%: once, at the end
  EXPECT_EQ(planned(many).evaluate.every, 1000);
  many.evaluation_photos = 14'000;
  EXPECT_EQ(planned(many).evaluate.every, 0);
  EXPECT_EQ(planned(many, {"evaluate.pairs=p.txt"}).evaluate.every, 1000) << "somebody wants them scored";
  many.evaluation_photos = 0;
  EXPECT_EQ(planned(many).evaluate.every, 0);
  EXPECT_EQ(planned(many, {"evaluate.pairs=p.txt"}).evaluate.every, 100);
}

TEST(Plan, TheCacheIsAsLargeAsThePhotosOrTheRoom) {
  DataFacts facts = folder(300, 9);  // 3,000 photos of 64 x 64 x 3 bytes are 35.2 MiB
  EXPECT_EQ(planned(facts).data.cache_mb, 36);
  facts.cache_bytes = 20 << 20;
  facts.cores = 16;
  const Config c = planned(facts);
  EXPECT_EQ(c.data.cache_mb, 20);
  EXPECT_EQ(c.data.workers, 3);
  facts.device = Device::cuda;
  EXPECT_EQ(planned(facts).data.workers, 8);
}

TEST(Plan, EverySettingHasItsReason) {
  auto [config, given] = load_given_config(std::nullopt, {"steps=2000"});
  const auto settings = plan_settings(config, given, folder(30, 4));
  std::vector<std::string> keys;
  for (const PlannedSetting& s : settings) {
    keys.push_back(s.key);
    EXPECT_FALSE(s.reason.empty()) << s.key;
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"sampling.images_per_class", "sampling.batch",
                                            "sampling.random_classes", "optim.warmup", "loss.margin_start",
                                            "init.lsuv_images", "classifier.batch", "evaluate.every",
                                            "data.cache_mb", "data.workers"}));
  EXPECT_EQ(settings[1].value, "45");
  EXPECT_EQ(settings[1].reason,
            "15 of the 30 people, with 3 photos each: the others are there to be mistaken for");
}

TEST(Plan, OneObstacleDoesNotHideAnother) {
  for (const std::int64_t people : {1, 20}) {
    const std::string why = error_text<Error>([&] {
      planned(folder(people, 4), {"network.input=8", "sampling.random_classes=100"});
    });
    for (const char* part : {"network.input", "sampling.random_classes"})
      EXPECT_TRUE(contains(why, part)) << people << ": " << why;
    EXPECT_EQ(contains(why, "at least 2 people"), people == 1) << why;
  }
}

TEST(Plan, WhatCannotBeTrainedOnIsSaid) {
  EXPECT_EQ(error_text<Error>([] { planned(folder(1, 4)); }),
            "[train] required photos of at least 2 people to train on, got 1 of 1 in the data "
            "(data.base_identities says who is trained on)");
  EXPECT_EQ(error_text<Error>([] { planned(folder(12, 4), {"sampling.batch=81"}); }),
            "[train] sampling.batch = 81 with 3 photos of each person takes up to 27 different people, but "
            "there are "
            "12 to train on: set sampling.batch to at most 36");
}

}  // namespace
}  // namespace dg
