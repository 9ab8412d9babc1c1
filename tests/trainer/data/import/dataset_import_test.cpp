#include "trainer/data/import/dataset_import.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/trainer/data/expect_input_error.h"
#include "tests/trainer/data/mmsa_pickle.h"
#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/dataset.h"
#include "trainer/data/synth/synth.h"

namespace missmodal::trainer {
namespace {

using namespace missmodal::testing;
using sweeps::SplitName;

template <typename T>
std::vector<T> values(std::span<const T> span) {
  return {span.begin(), span.end()};
}

class MmsaImport : public ::testing::Test {
 protected:
  std::shared_ptr<const Dataset> import(const MmsaFile& file, PaddingRule rule = PaddingRule::automatic) {
    ImportOptions options;
    options.padding = rule;
    options.label = "tiny";
    import_dataset(folder_.write("x.pkl", mmsa_pickle(file)), folder_ / "x.safetensors", options);
    return Dataset::open(folder_ / "x.safetensors");
  }
  void refused(const MmsaFile& file, const std::string& reason) {
    expect_input_error([&] { import(file); }, reason);
    expect_input_error([&] { import(file); }, "x.pkl: ");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "x.safetensors"));
  }
  // The first split with one key replaced.
  static MmsaFile with(const std::string& key, const std::string& value) {
    MmsaFile file = plain_file();
    file["train"][key] = value;
    return file;
  }
  static MmsaFile with(const MmsaSplitNumbers& train) {
    MmsaFile file = plain_file();
    file["train"] = keys_of(train, "train");
    return file;
  }
  static nlohmann::json modality(const Dataset& dataset, const std::string& name) {
    return nlohmann::json::parse(dataset.report())["modalities"][name];
  }
  static std::vector<std::string> warnings(const Dataset& dataset) {
    return nlohmann::json::parse(dataset.report())["warnings"];
  }
  ScratchFolder folder_;
};

TEST_F(MmsaImport, KeepsFramesWithoutPadding) {
  const auto dataset = import(plain_file());
  const Split& train = dataset->split(SplitName::train);
  EXPECT_EQ(train.size(), 4U);
  EXPECT_EQ(train.ids[1], "train$_$1");
  EXPECT_EQ(train.transcripts[0], "words of train");
  EXPECT_EQ(values(train.labels), (std::vector<float>{-1, 0, 1, -1}));
  EXPECT_EQ(values(train.tokens),
            (std::vector<std::int32_t>{101, 2000, 102, 101, 2000, 102, 101, 2000, 102, 101, 2000, 102}));
  EXPECT_EQ(values(train.of(Modality::text).frames),
            (std::vector<float>{0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32}));
  EXPECT_EQ(values(train.of(Modality::audio).frames), (std::vector<float>{1, 2, 1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(values(train.of(Modality::vision).lengths), (std::vector<std::int32_t>{3, 3, 3, 3}));
  EXPECT_EQ(train.of(Modality::audio).offsets, (std::vector<std::int64_t>{0, 2, 4, 6, 8}));
  EXPECT_EQ(dataset->label(), "tiny");
  EXPECT_FALSE(dataset->synthetic());
  EXPECT_EQ(dataset->computed_sha256(), dataset->content_sha256());
  EXPECT_TRUE(warnings(*dataset).empty());
  const nlohmann::json census = nlohmann::json::parse(dataset->report())["splits"]["train"]["census"];
  EXPECT_EQ(census, (nlohmann::json{{"negative", 2}, {"zero", 1}, {"positive", 1}}));
}

TEST_F(MmsaImport, TheSameSourceGivesTheSameBytes) {
  const auto source = folder_.write("a.pkl", mmsa_pickle(plain_file()));
  const auto copy = folder_.write("b.pkl", mmsa_pickle(plain_file()));
  import_dataset(source, folder_ / "a", {});
  import_dataset(copy, folder_ / "b", {});
  EXPECT_EQ(read_bytes(folder_ / "a"), read_bytes(folder_ / "b"));
}

TEST_F(MmsaImport, EveryFormOfPickleHoldsTheSameContent) {
  const std::filesystem::path fixtures = std::filesystem::path(MISSMODAL_SOURCE_DIR) / "tests/trainer/data";
  std::string expected;
  for (const char* form :
       {"protocol2", "protocol3", "protocol4", "protocol5", "fortran", "fortran5", "big_endian", "kinds"}) {
    SCOPED_TRACE(form);
    import_dataset(fixtures / (std::string(form) + ".pkl"), folder_ / form, {});
    const auto dataset = Dataset::open(folder_ / form);
    if (expected.empty()) expected = dataset->content_sha256();
    EXPECT_EQ(dataset->content_sha256(), expected);
    EXPECT_EQ(dataset->split(SplitName::valid).transcripts[1], "größe 1 1");
    const Sequences& vision = dataset->split(SplitName::test).of(Modality::vision);
    EXPECT_EQ(vision.frames[0], 2002.0F);  // scripts/make_pickles.py: (1 + 500 * 2) * 2
    EXPECT_EQ(values(vision.lengths), (std::vector<std::int32_t>{3, 6, 3}));
  }
}

TEST_F(MmsaImport, NotFiniteNumbersBecomeZeroAndAreCounted) {
  MmsaSplitNumbers train = plain_split(2);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  train.frames[0] = {{std::nan(""), 2, 0, 0}, {1, -kInfinity, kInfinity, 0}};
  train.frames[1][0] = {5, 1e300, 7, 0};
  const auto dataset = import(with(train));
  EXPECT_EQ(values(dataset->split(SplitName::train).of(Modality::audio).frames),
            (std::vector<float>{0, 2, 1, 0}));
  EXPECT_EQ(modality(*dataset, "audio")["not_finite"], 3);
  EXPECT_EQ(modality(*dataset, "vision")["not_finite"], 1);
  EXPECT_EQ(warnings(*dataset).size(), 2U);
}

TEST_F(MmsaImport, LeftPaddedFramesMoveToTheFront) {
  MmsaFile file;
  for (const char* name : {"train", "valid", "test"}) {
    MmsaSplitNumbers split = plain_split(3);
    split.frames[0] = {{0, 0, 1, 2}, {0, 0, 3, 4}, {5, 6, 7, 8}};
    split.lengths[0] = std::vector<int>{2, 2, 4};
    file[name] = keys_of(split, name);
  }
  const auto dataset = import(file);
  EXPECT_EQ(values(dataset->split(SplitName::test).of(Modality::audio).frames),
            (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(modality(*dataset, "audio")["side"], "left");
  EXPECT_EQ(modality(*dataset, "vision")["side"], "right");
  const auto kept = import(file, PaddingRule::keep);
  EXPECT_EQ(values(kept->split(SplitName::test).of(Modality::audio).frames),
            (std::vector<float>{0, 0, 0, 0, 5, 6, 7, 8}));
}

TEST_F(MmsaImport, LengthsThatFramesContradictAreRecomputedWithAHistogram) {
  MmsaSplitNumbers train = plain_split(3);
  train.lengths[1] = std::vector<int>{3, 1, 2};  // frames: 5 6 7 0
  const auto dataset = import(with(train));
  EXPECT_EQ(values(dataset->split(SplitName::train).of(Modality::vision).lengths),
            (std::vector<std::int32_t>{3, 3, 3}));
  const nlohmann::json vision = modality(*dataset, "vision");
  EXPECT_EQ(vision["recomputed"], 2);
  EXPECT_EQ(vision["outside"].dump(), R"([{"frames":"1","utterances":1},{"frames":"2-3","utterances":1}])");
  EXPECT_EQ(warnings(*dataset).size(), 1U);
}

TEST_F(MmsaImport, AlignedFilesTakeTheTextsLengths) {
  MmsaFile file;
  for (const char* name : {"train", "valid", "test"}) {
    MmsaSplitNumbers split = plain_split(2);
    split.lengths = {};
    split.masks[1] = {1, 1, 1, 1};
    file[name] = keys_of(split, name);
  }
  const auto dataset = import(file);
  const Split& train = dataset->split(SplitName::train);
  EXPECT_EQ(values(train.of(Modality::text).lengths), (std::vector<std::int32_t>{3, 4}));
  EXPECT_EQ(values(train.of(Modality::audio).lengths), (std::vector<std::int32_t>{3, 4}));
  EXPECT_EQ(modality(*dataset, "audio")["lengths_from"], "text");
}

TEST_F(MmsaImport, UnalignedFilesWithoutLengthsAreCountedToTheLastNonZeroFrame) {
  MmsaSplitNumbers split = plain_split(2);
  split.steps = 5;
  split.frames = {std::vector<std::vector<double>>{{1, 2, 0, 4, 0}, {1, 0, 0, 0, 0}},
                  std::vector<std::vector<double>>{{1, 2, 3, 4, 5}, {0, 0, 0, 0, 0}}};
  split.lengths = {};
  MmsaFile file;
  for (const char* name : {"train", "valid", "test"}) file[name] = keys_of(split, name);
  const auto dataset = import(file);
  const Split& test = dataset->split(SplitName::test);
  EXPECT_EQ(values(test.of(Modality::audio).lengths), (std::vector<std::int32_t>{4, 1}));
  EXPECT_EQ(values(test.of(Modality::vision).lengths), (std::vector<std::int32_t>{5, 1}));
  EXPECT_EQ(modality(*dataset, "audio")["lengths_from"], "frames");
  EXPECT_EQ(warnings(*dataset)[0],
            "audio: the file says no lengths; they were counted up to the last non-zero frame");
}

TEST_F(MmsaImport, AnEmptySequenceGetsLengthOne) {
  MmsaSplitNumbers train = plain_split(2);
  train.frames[1][0] = {0, 0, 0, 0};
  train.lengths[1] = std::vector<int>{0, 3};
  train.masks[1] = {0, 0, 0, 0};
  const auto dataset = import(with(train));
  const Split& split = dataset->split(SplitName::train);
  EXPECT_EQ(values(split.of(Modality::vision).lengths), (std::vector<std::int32_t>{1, 3}));
  EXPECT_EQ(values(split.of(Modality::text).lengths), (std::vector<std::int32_t>{3, 1}));
  EXPECT_EQ(warnings(*dataset).size(), 2U);
}

TEST_F(MmsaImport, ALabelOutOfRangeNamesItsUtterance) {
  for (const double label : {3.01, -4.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    MmsaSplitNumbers train = plain_split(3);
    train.labels[2] = label;
    refused(with(train), "x.pkl: train.regression_labels: utterance train$_$2 has the label");
  }
}

TEST_F(MmsaImport, WhatIsMissingIsNamed) {
  for (const char* key : {"id", "text", "audio", "vision", "regression_labels"}) {
    MmsaFile file = plain_file();
    file["valid"].erase(key);
    refused(file, std::string("x.pkl: valid: has no '") + key + "'");
  }
  MmsaFile file = plain_file();
  file.erase("test");
  refused(file, "x.pkl: has no split 'test'");
}

TEST_F(MmsaImport, ASplitWithoutUtterancesIsRefused) {
  refused(with("id", list({})), "x.pkl: train: the split has no utterance");
}

TEST_F(MmsaImport, WrongShapesAndKindsAreNamed) {
  const std::string eight(64, '\0');
  refused(with("audio", array("f8", {4, 2}, eight)), "train.audio: has the shape (4, 2)");
  refused(with("audio", array("f8", {2, 4, 1}, eight)), "train.audio: has 2 entries for 4 ids");
  refused(with("audio", array("f8", {4, 2, 1}, eight)),
          "valid.audio: has 4 steps of width 1, train has 2 of 1");
  refused(with("audio", list({})), "train.audio: is empty");
  refused(with("audio", "N"), "train.audio: is not an array but None");
  refused(with("text_bert", array("f8", {4, 1, 2}, eight)), "train.text_bert: has the shape (4, 1, 2)");
  refused(with("raw_text", list({text("one")})), "train.raw_text: has 1 entries for 4 ids");
  refused(with("id", list({text("a"), "N"})), "train.id[1]: is None, not a string");
  refused(with("id", list({text("a\xff")})), "train.id[0]: has a text that is not valid UTF-8");
  refused(with("id", array("U1", {4}, raw(std::vector<std::uint32_t>{65, 66, 67, 0x110000}))),
          "train.id: string 3 holds an invalid character");
  refused(with("id", array("f8", {4, 2}, eight)), "train.id: has more than one entry");
  refused(with("audio_lengths", list({integer(-1)})), "train.audio_lengths: entry 0 is -1, not a length");
  refused(with("audio_lengths", list({real(1.5)})), "train.audio_lengths: entry 0 is 1.5");
  refused(with("audio_lengths", "N"), "train.audio_lengths: is not an array but None");
  refused(with("regression_labels", list({text("a")})),
          "train.regression_labels[0]: is a string, not a number");
  MmsaFile file = plain_file();
  expect_input_error([&] { import_dataset(folder_.write("x.pkl", pickle("]")), folder_ / "y", {}); },
                     "x.pkl: holds a list, expected a dict");
}

TEST_F(MmsaImport, OneLongTextManyTimesIsRefused) {
  std::string ids = text(std::string(1'000'000, 'a')) + "q\1" + "0](";
  for (int i = 0; i < 200; ++i) ids += "h\1";
  expect_input_error([&] { import(with("id", ids + "e")); }, "train.id: holds more than 100 MB of text");
}

TEST_F(MmsaImport, MasksAndTokensAreChecked) {
  MmsaSplitNumbers train = plain_split(2);
  train.masks[1] = {1, 0, 1, 1};
  refused(with(train),
          "train.text_bert: utterance train$_$1: the mask is not ones on one side and zeros on the other");
  train.masks[1] = {1, 2, 0, 0};
  refused(with(train), "the mask is not ones on one side");
  std::vector<double> bert(4 * 12, 0.0);
  for (std::size_t n = 0; n < 4; ++n) bert[12 * n + 4] = 1;
  bert[12] = -7;
  refused(with("text_bert", array("f8", {4, 3, 4}, raw(bert))),
          "utterance train$_$1: position 0 holds -7, not the id of a word piece");
}

TEST_F(MmsaImport, RepeatedIdsAreWarnedOf) {
  const auto dataset = import(with("id", list({text("a"), text("b"), text("test$_$0"), text("c")})));
  ASSERT_EQ(warnings(*dataset).size(), 1U);
  EXPECT_EQ(warnings(*dataset)[0], "1 ids occur more than once, the first is test$_$0");
}

TEST_F(MmsaImport, TheSourceIsNeverOverwritten) {
  const auto source = folder_.write("x.pkl", mmsa_pickle(plain_file()));
  expect_input_error([&] { import_dataset(source, source, {}); }, "itself; write to another file");
  EXPECT_EQ(read_bytes(source), mmsa_pickle(plain_file()));
}

// A full disk, as the kernel reports it: no file may grow past this many bytes.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

TEST_F(MmsaImport, AFullDiskLeavesNothingBehind) {
  const ScratchFolder out;
  const auto source = folder_.write("x.pkl", mmsa_pickle(plain_file()));
  SynthOptions options;
  options.train = options.valid = options.test = 20;
  const FileSizeLimit limit(4096);
  try {
    write_synthetic(out / "x", options);
    ADD_FAILURE() << "a file past the limit";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr((out / "x").string() + ": write: "));
  }
  const FileSizeLimit none(1);
  EXPECT_THROW(import_dataset(source, out / "x", {}), RunError);
  EXPECT_TRUE(out.empty());
}

TEST(RealMosi, HasTheKnownSizesWidthsAndCensus) {
  const char* named = std::getenv("MISSMODAL_MOSI_PICKLE");
  const std::filesystem::path source =
      named != nullptr ? std::filesystem::path(named)
                       : std::filesystem::path(MISSMODAL_SOURCE_DIR) / "../shared/data/mosi/mosi_context.pkl";
  if (!std::filesystem::exists(source)) {
    GTEST_SKIP() << source << " is absent; MISSMODAL_MOSI_PICKLE names another place";
  }
  ScratchFolder folder;
  import_dataset(source, folder / "a", {});
  import_dataset(source, folder / "b", {});
  EXPECT_TRUE(read_bytes(folder / "a") == read_bytes(folder / "b"));
  const auto dataset = Dataset::open(folder / "a");
  EXPECT_EQ(dataset->split(SplitName::train).size(), 1284U);
  EXPECT_EQ(dataset->split(SplitName::valid).size(), 229U);
  EXPECT_EQ(dataset->split(SplitName::test).size(), 686U);
  EXPECT_EQ(dataset->width(Modality::text), 50);
  EXPECT_EQ(dataset->width(Modality::audio), 73);
  EXPECT_EQ(dataset->width(Modality::vision), 6);
  const nlohmann::json report = nlohmann::json::parse(dataset->report());
  EXPECT_EQ(report["splits"]["test"]["census"],
            (nlohmann::json{{"negative", 379}, {"zero", 30}, {"positive", 277}}));
  EXPECT_EQ(dataset->computed_sha256(), dataset->content_sha256());
}

}  // namespace
}  // namespace missmodal::trainer
