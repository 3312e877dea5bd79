#include "data/faces/generated_faces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "data/class_folder.h"
#include "data/families.h"
#include "error_text.h"
#include "tensor/error.h"
#include "tests/data/photo_files.h"

namespace dg {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

faces::Options small() {
  return {.identities = 6, .photos = 3, .size = 16, .family = 2, .spread = 0.4, .nuisance = 0.5, .seed = 7};
}

Image photo_of(const faces::Options& options, int identity, int photo) {
  faces::Renderer renderer;
  return faces::GeneratedFaces(options).photo(identity, photo, renderer);
}

// Every file below the folder with its bytes.
std::map<std::string, std::vector<std::uint8_t>> contents(const fs::path& dir) {
  std::map<std::string, std::vector<std::uint8_t>> files;
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    if (!entry.is_regular_file()) continue;
    files[fs::relative(entry.path(), dir).string()] = read_file_bytes(entry.path(), 1 << 24);
  }
  return files;
}

double distance(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) sum += std::pow(a.rgb[i] - b.rgb[i], 2.0);
  return std::sqrt(sum / static_cast<double>(a.rgb.size()));
}

double mean(const Image& image) {
  double sum = 0;
  for (const std::uint8_t v : image.rgb) sum += v;
  return sum / static_cast<double>(image.rgb.size());
}

TEST(GeneratedFaces, SameSeedSameBytesOnAnyNumberOfThreads) {
  const fs::path folder = fresh_folder();
  const faces::GeneratedFaces faces(small());
  EXPECT_TRUE(faces::write_folder(folder / "one", faces, 1));
  EXPECT_TRUE(faces::write_folder(folder / "two", faces, 2));
  const auto one = contents(folder / "one");
  EXPECT_EQ(one.size(), 6u * 3 + 2);
  EXPECT_EQ(one, contents(folder / "two"));
}

TEST(GeneratedFaces, APhotoDoesNotDependOnWhatWasRenderedBefore) {
  const faces::GeneratedFaces faces(small());
  faces::Renderer used;
  faces::Options larger = small();
  larger.size = 48;
  faces::GeneratedFaces(larger).photo(1, 1, used);
  faces.photo(5, 2, used);
  EXPECT_EQ(faces.photo(2, 1, used).rgb, photo_of(small(), 2, 1).rgb);
}

TEST(GeneratedFaces, SeedIdentityAndPhotoAllChangeThePicture) {
  faces::Options other = small();
  other.seed = 8;
  const Image image = photo_of(small(), 2, 1);
  EXPECT_NE(image.rgb, photo_of(other, 2, 1).rgb);
  EXPECT_NE(image.rgb, photo_of(small(), 3, 1).rgb);
  EXPECT_NE(image.rgb, photo_of(small(), 2, 0).rgb);
}

TEST(GeneratedFaces, NoTwoPhotosShareTheirNoise) {
  // At nuisance 0 two photos differ in background and noise only; the middle of the face shows the noise.
  faces::Options options = small();
  options.size = 40;
  options.nuisance = 0;
  const Image a = photo_of(options, 0, 0), b = photo_of(options, 0, 1);
  double sum = 0, squares = 0;
  int count = 0;
  for (int y = 16; y < 24; ++y) {
    for (int x = 16; x < 24; ++x) {
      for (int c = 0; c < 3; ++c, ++count) {
        const double d = a.pixel(x, y)[c] - b.pixel(x, y)[c];
        sum += d;
        squares += d * d;
      }
    }
  }
  EXPECT_NEAR(sum / count, 0, 1.5);
  EXPECT_NEAR(std::sqrt(squares / count), std::sqrt(2) * 0.02 * 255, 1.5);
}

TEST(GeneratedFaces, FamiliesAreShuffledAndFull) {
  faces::Options options = small();
  options.identities = 403;
  options.family = 4;
  const faces::GeneratedFaces faces(options);
  std::map<int, int> sizes;
  int steps = 0;
  for (std::size_t i = 0; i < faces.families().size(); ++i) {
    ++sizes[faces.families()[i]];
    steps += i > 0 && faces.families()[i] >= faces.families()[i - 1];
  }
  EXPECT_EQ(sizes.size(), 101u);
  EXPECT_EQ(faces.family_count(), 101);
  for (const auto& [family, size] : sizes) EXPECT_EQ(size, family == 100 ? 3 : 4) << family;
  EXPECT_NEAR(steps, 201, 40);
}

TEST(GeneratedFaces, SpreadZeroMakesTwins) {
  faces::Options options = small();
  options.spread = 0;
  const faces::GeneratedFaces faces(options);
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 6; ++j) {
      const bool related =
          faces.families()[static_cast<std::size_t>(i)] == faces.families()[static_cast<std::size_t>(j)];
      EXPECT_EQ(faces.numbers(i) == faces.numbers(j), related) << i << ", " << j;
    }
  }
}

TEST(GeneratedFaces, NumbersHaveTheStatedVariances) {
  faces::Options options = small();
  options.identities = 2000;
  const faces::GeneratedFaces faces(options);
  double squares = 0, within = 0;
  std::map<int, faces::Numbers> first;
  int pairs = 0;
  for (int i = 0; i < options.identities; ++i) {
    const faces::Numbers numbers = faces.numbers(i);
    const auto [sibling, is_new] = first.emplace(faces.families()[static_cast<std::size_t>(i)], numbers);
    pairs += !is_new;
    for (std::size_t k = 0; k < faces::number_count; ++k) {
      squares += numbers[k] * numbers[k];
      within += std::pow(numbers[k] - sibling->second[k], 2);
    }
  }
  EXPECT_NEAR(squares / (2000.0 * faces::number_count), 1.44 * (1 + 0.16), 0.05);
  EXPECT_NEAR(within / (1.0 * pairs * faces::number_count), 2 * 1.44 * 0.16, 0.02);
}

TEST(GeneratedFaces, PhotosOfOnePersonAreCloserThanOfAFamilyThanOfStrangers) {
  faces::Options options = small();
  options.identities = 60;
  options.size = 24;
  options.nuisance = 0.3;
  const faces::GeneratedFaces faces(options);
  faces::Renderer renderer;
  std::vector<Image> images;
  for (int i = 0; i < 60; ++i) {
    for (int p = 0; p < 2; ++p) images.push_back(faces.photo(i, p, renderer));
  }
  double sum[3] = {}, count[3] = {};
  for (std::size_t a = 0; a < images.size(); ++a) {
    for (std::size_t b = a + 1; b < images.size(); ++b) {
      const bool same = a / 2 == b / 2, related = faces.families()[a / 2] == faces.families()[b / 2];
      const int kind = same ? 0 : (related ? 1 : 2);
      sum[kind] += distance(images[a], images[b]);
      ++count[kind];
    }
  }
  const double person = sum[0] / count[0], family = sum[1] / count[1], strangers = sum[2] / count[2];
  EXPECT_LT(person, family);
  EXPECT_LT(family, strangers);
}

TEST(GeneratedFaces, TheSizeOnlyChangesTheSampling) {
  faces::Options large = small();
  large.size = 64;
  const Image a = photo_of(small(), 1, 0), b = photo_of(large, 1, 0);
  ASSERT_EQ(b.width, 64);
  Image shrunk(16, 16);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      for (int c = 0; c < 3; ++c) {
        int sum = 0;
        for (int k = 0; k < 16; ++k) sum += b.pixel(4 * x + k % 4, 4 * y + k / 4)[c];
        shrunk.pixel(x, y)[c] = static_cast<std::uint8_t>(sum / 16);
      }
    }
  }
  EXPECT_LT(distance(a, shrunk), 20);
  EXPECT_NEAR(mean(a), mean(shrunk), 4);
}

TEST(GeneratedFaces, FoldersAndFamilyTableAgree) {
  const fs::path dir = fresh_folder() / "faces";
  const faces::GeneratedFaces faces(small());
  faces::write_folder(dir, faces);
  const PhotoSet set = scan_class_folder(dir);
  ASSERT_EQ(set.classes.size(), 6u);
  EXPECT_EQ(set.classes.front(), "00001");
  EXPECT_EQ(set.photos.size(), 18u);
  EXPECT_EQ(fs::path(set.name(0)).filename(), "001.jpg");
  EXPECT_EQ(read_families(dir / "families.csv", set.classes), faces.families());
}

TEST(GeneratedFaces, NamesSortInNumericOrder) {
  faces::Options options = small();
  options.identities = 1'000'000;
  options.photos = 1000;
  const faces::GeneratedFaces faces(options);
  EXPECT_EQ(faces.folder_name(8), "0000009");
  EXPECT_EQ(faces.folder_name(999'999), "1000000");
  EXPECT_EQ(faces.photo_name(0), "0001.jpg");
  EXPECT_EQ(faces.photo_name(999), "1000.jpg");
}

TEST(GeneratedFaces, ACompleteSetIsKeptAndAnInterruptedOneFinished) {
  const fs::path dir = fresh_folder();
  const faces::GeneratedFaces faces(small());
  EXPECT_TRUE(faces::write_folder(dir, faces));
  const auto whole = contents(dir);
  const auto time = fs::last_write_time(dir / "00002" / "001.jpg");
  EXPECT_FALSE(faces::write_folder(dir, faces));
  EXPECT_EQ(fs::last_write_time(dir / "00002" / "001.jpg"), time);

  fs::remove(dir / "00004" / "002.jpg");
  EXPECT_TRUE(faces::write_folder(dir, faces));
  EXPECT_EQ(contents(dir), whole);

  std::string text(whole.at("faces.toml").begin(), whole.at("faces.toml").end());
  write_text(dir / "faces.toml", text.replace(text.find("true"), 4, "false"));
  write_text(dir / "00001" / "001.jpg", "half");
  EXPECT_TRUE(faces::write_folder(dir, faces));
  EXPECT_EQ(contents(dir), whole);
}

TEST(GeneratedFaces, ForeignFoldersAndOtherOptionsAreRefused) {
  const fs::path folder = fresh_folder();
  const faces::GeneratedFaces faces(small());
  write_text(folder / "home" / "letter.txt", "dear diary");
  EXPECT_EQ(error_text([&] { faces::write_folder(folder / "home", faces); }),
            "[generated_faces] " + (folder / "home").string() +
                " is not empty and holds no generated faces (no faces.toml): choose a new folder");
  EXPECT_EQ(contents(folder / "home").size(), 1u);
  EXPECT_THAT(error_text<IoError>([&] { faces::write_folder(folder / "home" / "letter.txt", faces); }),
              HasSubstr("letter.txt: not a folder"));

  faces::write_folder(folder / "set", faces);
  faces::Options other = small();
  other.spread = 0.5;
  other.seed = 9;
  EXPECT_THAT(
      error_text([&] { faces::write_folder(folder / "set", faces::GeneratedFaces(other)); }),
      HasSubstr(
          "with other options (spread = 0.4 there, spread = 0.5 asked; seed = 7 there, seed = 9 asked)"));
}

TEST(GeneratedFaces, AProblemInAThreadReachesTheCaller) {
  const fs::path dir = fresh_folder();
  const faces::GeneratedFaces faces(small());
  faces::write_folder(dir, faces);
  fs::remove_all(dir / "00003");
  write_text(dir / "00003", "a file where a folder has to be");
  EXPECT_THAT(error_text<IoError>([&] { faces::write_folder(dir, faces, 2); }), HasSubstr("00003"));
}

TEST(GeneratedFaces, ProgressCountsEveryPhoto) {
  std::vector<std::int64_t> seen;
  faces::write_folder(fresh_folder(), faces::GeneratedFaces(small()), 2,
                      [&](std::int64_t n) { seen.push_back(n); });
  EXPECT_EQ(seen, (std::vector<std::int64_t>{3, 6, 9, 12, 15, 18}));
}

TEST(GeneratedFaces, OptionsOutOfRangeAreNamed) {
  const auto why = [](auto change) {
    faces::Options options = small();
    change(options);
    return error_text([&] { faces::GeneratedFaces faces(options); });
  };
  EXPECT_EQ(why([](auto& o) { o.identities = 0; }), "[generated_faces] identities must be at least 1, got 0");
  EXPECT_EQ(why([](auto& o) { o.photos = -1; }), "[generated_faces] photos must be at least 1, got -1");
  EXPECT_EQ(why([](auto& o) { o.size = 15; }), "[generated_faces] size must be 16..1024 pixels, got 15");
  EXPECT_EQ(why([](auto& o) { o.size = 1025; }), "[generated_faces] size must be 16..1024 pixels, got 1025");
  EXPECT_THAT(why([](auto& o) { o.family = 0; }), HasSubstr("family (--family) must be"));
  EXPECT_THAT(why([](auto& o) { o.family = 7; }), HasSubstr("number of identities (6), got 7"));
  EXPECT_EQ(why([](auto& o) { o.spread = -0.1; }), "[generated_faces] spread must be 0..10, got -0.1");
  EXPECT_EQ(why([](auto& o) { o.nuisance = std::nan(""); }),
            "[generated_faces] nuisance must be 0..2, got nan");
}

TEST(GeneratedFaces, ContactSheetShowsFamiliesRowByRow) {
  const faces::GeneratedFaces faces(small());
  const Image sheet = faces::contact_sheet(faces, 2, 3);
  ASSERT_EQ(sheet.width, 3 * 16);
  ASSERT_EQ(sheet.height, 4 * 16);
  std::vector<int> rows;
  for (const int family : {0, 1}) {
    for (int i = 0; i < 6; ++i) {
      if (faces.families()[static_cast<std::size_t>(i)] == family) rows.push_back(i);
    }
  }
  const Image tile = photo_of(small(), rows[2], 1);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      for (int c = 0; c < 3; ++c) ASSERT_EQ(sheet.pixel(16 + x, 32 + y)[c], tile.pixel(x, y)[c]);
    }
  }
  EXPECT_THAT(error_text([&] { faces::contact_sheet(faces, 0, 3); }), HasSubstr("at least 1, got 0 and 3"));
}

}  // namespace
}  // namespace dg
