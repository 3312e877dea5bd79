// Bad input: what the program says about it, and that it does not go on.
#include <cstdio>
#include <cstdlib>
// libjpeg's header needs <cstdio> before it.
#include <jpeglib.h>

#include "tensor/backend.h"
#include "tests/apps/program.h"

namespace dg {
namespace {

void expect_refused(const Words& words, const Words& messages) {
  const Finished f = doppel(words);
  EXPECT_GT(f.code, 0) << f.err;
  EXPECT_EQ(f.out, "");
  for (const std::string& message : messages) EXPECT_TRUE(contains(f.err, message));
}

// A JPEG of 24 x 24 pixels in one channel (grey) or four (CMYK).
void write_channels(const fs::path& path, J_COLOR_SPACE space, int channels) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr error;
  jpeg.err = jpeg_std_error(&error);
  jpeg_create_compress(&jpeg);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  jpeg_stdio_dest(&jpeg, file);
  jpeg.image_width = jpeg.image_height = 24;
  jpeg.input_components = channels;
  jpeg.in_color_space = space;
  jpeg_set_defaults(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<JSAMPLE> pixels(static_cast<std::size_t>(24 * channels));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<JSAMPLE>(40 + 2 * i);
  for (JSAMPROW row = pixels.data(); jpeg.next_scanline < 24;) jpeg_write_scanlines(&jpeg, &row, 1);
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::fclose(file);
}

void cut_in_half(const fs::path& photo) { fs::resize_file(photo, fs::file_size(photo) / 2); }

TEST(BadInput, ArgumentsThatMakeNoSense) {
  const fs::path data = pattern_folder("cli_args"), run = fresh_folder("cli_args_out") / "run";
  expect_refused({}, {"subcommand"});
  expect_refused({"tarin"}, {"subcommand", "tarin"});
  expect_refused({"train", "--run", run.string()}, {"DATA is required"});
  expect_refused({"train", "--resume", run.string()},
                 {"--resume goes on with a run, but there is none in " + run.string()});
  expect_refused({"train", "--extend", "5", "--run", run.string()}, {"there is none in " + run.string()});
  expect_refused(
      {"train", data.string(), "--resume", run.string(), "--run", run.string()},
      {"required one folder of a run, got --run " + run.string() + " and --resume " + run.string()});
  expect_refused(train_words(data, run, {"--stpes", "3"}), {"--stpes"});
  expect_refused(train_words(data, run, {"--steps", "many"}), {"--steps", "many"});
  expect_refused(train_words(data, run, {"--stop-after", "-3"}), {"--stop-after"});
  EXPECT_EQ(doppel(train_words(data, run, {"--steps", "3", "--epochs", "2"})).code, 2) << "one length twice";
  expect_refused(train_words(data, run, {"--seed", "-1"}), {"--seed"});
  Words words = train_words(data, run);
  std::replace(words.begin(), words.end(), std::string("cpu"), std::string("cuda"));
  if (!why_no_cuda().empty()) expect_refused(words, {"cuda", "--device cpu"});
  std::replace(words.begin(), words.end(), std::string("cuda"), std::string("gpu"));
  expect_refused(words, {"auto, cpu or cuda", "gpu"});
  EXPECT_FALSE(fs::exists(run)) << "a run folder that nothing will fill";
}

TEST(BadInput, ConfigurationsThatMakeNoSense) {
  const fs::path data = pattern_folder("cli_config"), run = fresh_folder("cli_config_out") / "run";
  const std::vector<std::pair<Words, Words>> cases{
      {{"sampling.bach=12"}, {"unknown key sampling.bach", "did you mean sampling.batch?"}},
      {{"network.input=wide"}, {"network.input must be", "got 'wide'", "a string"}},
      {{"data.workers=1.5"}, {"data.workers must be", "a floating-point number"}},
      {{"sampling.random_classes=7"}, {"(N_r) must be at most sampling.classes (N_c) = 6, got 7"}},
      {{"sampling.classes=5"}, {"sampling.batch must be", "5 x 2 = 10, got 12"}},
      {{"steps=0"}, {"steps must be", "got 0"}}};
  for (const auto& [settings, messages] : cases) {
    Words more;
    for (const std::string& setting : settings) more.insert(more.end(), {"--set", setting});
    expect_refused(train_words(data, run, more), messages);
  }
  const fs::path recipe = data / "recipe.toml";
  std::ofstream(recipe) << "steps = 10\n[optim]\nrat = 0.1\n";
  expect_refused(train_words(data, run, {"--recipe", recipe.string()}),
                 {recipe.string() + ":3: unknown key optim.rat", "did you mean optim.rate?"});
  expect_refused(train_words(data, run, {"--recipe", (data / "none.toml").string()}),
                 {(data / "none.toml").string()});
  EXPECT_FALSE(fs::exists(run)) << "a run folder that nothing will fill";
}

TEST(BadInput, DataFoldersThatAreMissingOrEmpty) {
  const fs::path data = pattern_folder("cli_folder"), run = fresh_folder("cli_folder_out") / "run";
  const auto refused = [&](const fs::path& folder, const Words& messages) {
    expect_refused(train_words(folder, run), messages);
  };
  refused(data / "none", {(data / "none").string(), "No such file or directory"});
  refused(data / "000" / "0.jpg", {(data / "000" / "0.jpg").string(), "not a folder but a photo"});
  refused(data / "000", {(data / "000").string() + " holds 4 photos and no folder with photos",
                         "did you mean " + data.string() + "?"});
  const fs::path nobody = fresh_folder("cli_nobody");
  refused(nobody, {nobody.string(), "one folder per person", "found nothing"});
  fs::create_directories(nobody / "empty");
  std::ofstream(nobody / "empty" / "face.gif") << "gif";
  refused(nobody, {"found only 1 folder without photos (empty), 1 gif"});
  EXPECT_FALSE(fs::exists(run)) << "a run folder that nothing will fill";
}

TEST(BadInput, ARunFolderIsNeverTrainedOver) {
  const fs::path data = pattern_folder("cli_twice"), run = fresh_folder("cli_twice_out") / "run";
  ASSERT_EQ(doppel(train_words(data, run, {"--stop-after", "1"})).code, 0);
  const std::string metrics = file_text(run / "metrics.jsonl");
  expect_refused(train_words(data, run), {run.string() + " already holds a run", "--run"});
  EXPECT_EQ(files_in(run / "checkpoints"), Words{"step-1.safetensors"});
  EXPECT_EQ(file_text(run / "metrics.jsonl"), metrics);

  const std::string init = (run / "checkpoints" / "none.safetensors").string();
  expect_refused(train_words(data, run.string() + "_b", {"--init", init}), {init});
}

// Three photos of each base identity train; --steps is long enough that every one of them is asked for.
TEST(BadInput, BrokenPhotosAreReplacedNamedAndCounted) {
  const fs::path data = pattern_folder("cli_broken"), run = fresh_folder("cli_broken_out") / "run";
  std::ofstream(data / "000" / "0.jpg", std::ios::trunc) << "";
  cut_in_half(data / "001" / "1.jpg");
  std::ofstream(data / "002" / "2.jpg", std::ios::trunc) << "this is a text file";
  fs::remove(data / "003" / "0.jpg");
  fs::create_symlink("nowhere.jpg", data / "003" / "0.jpg");
  write_jpeg(data / "004" / "1.jpg", Image(20'000, 1), 50);
  write_channels(data / "005" / "0.jpg", JCS_GRAYSCALE, 1);
  write_channels(data / "006" / "0.jpg", JCS_CMYK, 4);
  for (const char* other : {"a.bmp", "b.bmp", "c.gif"}) std::ofstream(data / "007" / other) << "not read";

  const Finished f = doppel(train_words(data, run, {"--steps", "60"}));
  ASSERT_EQ(f.code, 0) << f.err;
  EXPECT_EQ(f.out.rfind("trained 60 steps", 0), 0u) << f.out;
  EXPECT_TRUE(contains(
      f.err, "48 photos of 12 identities; not read, because only JPEG, PNG and WebP are: 2 bmp, 1 gif"));
  const auto end = f.err.find("5 of 27 photos did not decode");
  ASSERT_NE(end, std::string::npos) << f.err;
  const std::string list = f.err.substr(end);
  for (const char* photo : {"000/0.jpg", "001/1.jpg", "002/2.jpg", "003/0.jpg", "004/1.jpg"}) {
    EXPECT_TRUE(contains(list, (data / photo).string() + ": "));
  }
  EXPECT_TRUE(contains(list, "No such file or directory"));
  EXPECT_TRUE(contains(list, "20000"));
  EXPECT_FALSE(contains(list, "005")) << "greyscale decodes";
  EXPECT_FALSE(contains(list, "006")) << "CMYK decodes";
}

TEST(BadInput, AnIdentityWithoutAGoodPhotoIsNamed) {
  const std::vector<std::pair<std::string, void (*)(const fs::path&)>> kinds{
      {"truncated", cut_in_half}, {"text", [](const fs::path& photo) {
                                     std::ofstream(photo, std::ios::trunc) << "\xFF\xD8\xFF, a text";
                                   }}};
  for (const auto& [name, damage] : kinds) {
    SCOPED_TRACE(name);
    const fs::path data = pattern_folder("cli_bad_" + name),
                   run = fresh_folder("cli_bad_out_" + name) / "run";
    for (int p = 0; p < 4; ++p) damage(data / "004" / fmt::format("{}.jpg", p));
    const Finished f = doppel(train_words(data, run, {"--steps", "60"}));
    EXPECT_GT(f.code, 0);
    EXPECT_EQ(f.out, "");
    EXPECT_TRUE(contains(f.err, "identity 004"));
    EXPECT_TRUE(contains(f.err, (data / "004").string()));
  }
}

}  // namespace
}  // namespace dg
