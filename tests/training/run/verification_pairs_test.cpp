#include "training/run/verification_pairs.h"

#include <gtest/gtest.h>

#include <fstream>

#include "data/photo_files.h"
#include "error_text.h"
#include "temporary.h"
#include "training/config/model.h"
#include "training/tiny_run.h"

namespace dg {
namespace {

namespace fs = std::filesystem;

class PairsOnDisk : public testing::Test {
 protected:
  void write(const std::string& photo) {
    fs::create_directories((folder_ / photo).parent_path());
    write_jpeg(folder_ / photo, pattern(0, 0), 95);
  }
  std::size_t pairs(const std::string& text) {
    std::ofstream(file_, std::ios::binary) << text;
    return VerificationPairs(file_, folder_, tiny_config()).pairs();
  }
  std::string message(const std::string& text) {
    return error_text<IoError>([&] { pairs(text); });
  }

  fs::path folder_ = fresh_folder("pairs_on_disk"), file_ = folder_.parent_path() / "pairs_on_disk.txt";
  ~PairsOnDisk() override { fs::remove(file_); }
};

TEST_F(PairsOnDisk, PhotosHaveAnyFormatAndLettersEitherForm) {
  const std::string jose_composed = "Jos\u00e9_M", jose_apart = "Jose\u0301_M";
  for (const std::string name : {"Ann Lee", "St. John"}) {
    write(name + "/" + name + "_0001.JPG");
    write(name + "/" + name + "_0002.png");  // what a file is, its content says
  }
  write(jose_apart + "/" + jose_apart + "_0001.jpeg");
  write(jose_apart + "/" + jose_apart + "_0002.jpg");
  const auto twice = [](const std::string& same) {
    const std::string fold = same + "\nAnn Lee\t1\tSt. John\t2\n";
    return "2 1\n" + fold + fold;
  };
  EXPECT_EQ(pairs(twice("Ann Lee\t1\t2")), 4u);
  EXPECT_EQ(pairs(twice("St. John\t1\t2")), 4u);
  EXPECT_EQ(pairs(twice(jose_composed + "\t1\t2")), 4u);
  EXPECT_EQ(pairs(twice(jose_apart + "\t1\t2")), 4u);
}

TEST_F(PairsOnDisk, APairWithAPhotoThatDoesNotDecodeCountsAsWrong) {
  for (const std::string photo : {"A/A_0001.jpg", "A/A_0002.jpg", "B/B_0001.jpg", "B/B_0002.jpg"})
    write(photo);
  std::ofstream(file_) << "2 1\nA 1 2\nA 1 B 1\nB 1 2\nA 2 B 1\n";
  Network network = make_network(tiny_config());
  Rng rng(0);
  network.initialise(rng);
  VerificationPairs whole(file_, folder_, tiny_config());
  const double accuracy = whole.score(network).accuracy;
  EXPECT_EQ(whole.broken(), "");
  std::ofstream(folder_ / "B/B_0002.jpg", std::ios::trunc) << "<html>";
  VerificationPairs broken(file_, folder_, tiny_config());
  EXPECT_LE(broken.score(network).accuracy, accuracy);
  EXPECT_TRUE(contains(broken.broken(),
                       "1 pair with a photo that does not decode counts as decided wrongly: 1 of 4 photos "
                       "did not decode"));
}

TEST_F(PairsOnDisk, NoPhotoOrSeveralIsNamedWithItsLine) {
  for (const std::string photo :
       {"A/A_0001.jpg", "A/A_0002.jpg", "A/A_0002.png", "B/B_0001.jpg", "C/C_0001.jpg", "C/C_0002.jpg"})
    write(photo);
  EXPECT_EQ(message("2 1\nA 1 2\nA 1 B 1\nA 1 2\nA 1 B 1\n"),
            file_.string() + ":2: 2 photos could be A/A_0002.jpg");
  EXPECT_EQ(message("2 1\nC 1 2\n\nC 1 B 3\nC 1 2\nC 1 B 1\n"),
            file_.string() + ":4: there is no photo B/B_0003.jpg");
}

}  // namespace
}  // namespace dg
