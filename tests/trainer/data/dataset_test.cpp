#include "trainer/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/trainer/data/expect_input_error.h"
#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/dataset_summary.h"
#include "trainer/data/dataset_writer.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::expect_input_error;
using missmodal::testing::ScratchFolder;

// A dataset of two utterances a split, all widths 1, as a plain safetensors file that a test may spoil.
struct Raw {
  std::map<std::string, SafetensorsWriter::Declaration> tensors;
  std::map<std::string, std::vector<float>> floats;
  std::map<std::string, std::vector<std::int32_t>> ints;
  std::map<std::string, std::string> metadata;

  void set_floats(const std::string& name, std::vector<std::int64_t> shape, std::vector<float> numbers) {
    tensors[name] = {name, DType::F32, std::move(shape)};
    floats[name] = std::move(numbers);
  }
  void set_ints(const std::string& name, std::vector<std::int32_t> numbers) {
    tensors[name] = {name, DType::I32, {static_cast<std::int64_t>(numbers.size())}};
    ints[name] = std::move(numbers);
  }

  Raw() {
    for (const std::string split : {"train", "valid", "test"}) {
      for (const std::string modality : {"text", "audio", "vision"}) {
        set_floats(split + "." + modality, {3, 1}, {1, 2, 3});
        set_ints(split + "." + modality + "_lengths", {1, 2});
      }
      set_ints(split + ".tokens", {101, 101, 102});
      set_floats(split + ".labels", {2}, {-3, 3});
    }
    const std::string texts = R"({"train":["a","b"],"valid":["c","d"],"test":["e","f"]})";
    metadata = {{"format_version", "1"},
                {"ids", texts},
                {"transcripts", texts},
                {"label", "x"},
                {"synthetic", "false"},
                {"report", "{}"},
                {"content_sha256", std::string(64, '0')}};
  }

  std::shared_ptr<const Dataset> open(const std::filesystem::path& path) const {
    std::vector<SafetensorsWriter::Declaration> order;
    for (const auto& [name, tensor] : tensors) order.push_back(tensor);
    SafetensorsWriter writer(OutputFile(path), order, metadata);
    for (const auto& tensor : order) {
      if (tensor.dtype == DType::F32) {
        writer.write(floats.at(tensor.name).data(), 4 * floats.at(tensor.name).size());
      } else {
        writer.write(ints.at(tensor.name).data(), 4 * ints.at(tensor.name).size());
      }
    }
    writer.finish();
    return Dataset::open(path);
  }
};

template <typename Spoil>
void refused(Spoil spoil, const std::string& reason) {
  SCOPED_TRACE(reason);
  ScratchFolder folder;
  Raw raw;
  spoil(raw);
  expect_input_error([&] { raw.open(folder / "x.safetensors"); }, "x.safetensors: " + reason);
}

TEST(Dataset, OpensWhatFits) {
  ScratchFolder folder;
  const auto dataset = Raw().open(folder / "x");
  const Split& test = dataset->split(sweeps::SplitName::test);
  EXPECT_EQ(test.ids, (std::vector<std::string>{"e", "f"}));
  EXPECT_EQ(test.of(Modality::audio).offsets, (std::vector<std::int64_t>{0, 1, 3}));
  EXPECT_EQ(test.tokens[2], 102);
  EXPECT_EQ(dataset->label(), "x");
  EXPECT_NE(dataset->computed_sha256(), dataset->content_sha256());
}

TEST(Dataset, RefusesByFileAndTensor) {
  refused([](Raw& r) { r.metadata.erase("format_version"); }, "is not a dataset of missmodal");
  refused([](Raw& r) { r.metadata["format_version"] = "3"; },
          "has the format version 3, this program reads 1 and 2");
  refused([](Raw& r) { r.metadata.erase("content_sha256"); }, "__metadata__ has no 'content_sha256'");
  refused([](Raw& r) { r.metadata["content_sha256"] = "beef"; },
          "__metadata__.content_sha256: is no SHA-256");
  refused([](Raw& r) { r.metadata["synthetic"] = "maybe"; }, "__metadata__.synthetic: is neither");
  refused([](Raw& r) { r.metadata["report"] = "{"; }, "__metadata__.report: is not JSON");
  refused([](Raw& r) { r.metadata["ids"] = "5"; }, "__metadata__.ids: is not a JSON object");
  refused([](Raw& r) { r.metadata["ids"] = "{"; }, "__metadata__.ids: is not a JSON object");
  refused([](Raw& r) { r.metadata["ids"] = R"({"train":[]})"; }, "__metadata__.ids: has no list 'valid'");
  refused([](Raw& r) { r.metadata["ids"] = R"({"train":[1],"valid":[],"test":[]})"; },
          "__metadata__.ids: train holds");
  refused([](Raw& r) { r.metadata["transcripts"] = R"({"train":["a"],"valid":[],"test":[]})"; },
          "train: has 2 ids and 1 transcripts");
  refused([](Raw& r) { r.tensors.erase("valid.audio"); }, "valid.audio: there is no such tensor");
  refused([](Raw& r) { r.set_ints("test.text", {1, 2, 3}); }, "test.text: is I32, expected F32");
  refused(
      [](Raw& r) {
        r.set_floats("test.text", {3}, {1, 2, 3});
      },
      "test.text: has 1 dimensions, expected 2");
  refused([](Raw& r) { r.set_floats("test.text", {3, 0}, {}); }, "test.text: has the width 0");
  refused(
      [](Raw& r) {
        r.set_floats("test.text", {3, 2}, {1, 2, 3, 4, 5, 6});
      },
      "test.text: has the width 2, train has 1");
  refused(
      [](Raw& r) {
        r.set_floats("test.text", {4, 1}, {1, 2, 3, 4});
      },
      "test.text: has 4 frames, but its lengths add up to 3");
  refused([](Raw& r) { r.set_ints("test.text_lengths", {3}); },
          "test.text_lengths: has 1 lengths for 2 utterances");
  refused(
      [](Raw& r) {
        r.set_ints("test.text_lengths", {0, 3});
      },
      "test.text_lengths: utterance 0 has the length 0");
  refused(
      [](Raw& r) {
        r.set_ints("test.text_lengths", {4, -1});
      },
      "test.text_lengths: utterance 1 has the length -1");
  refused([](Raw& r) { r.set_ints("test.tokens", {101}); },
          "test.tokens: has 1 word pieces for 3 frames of text");
  refused(
      [](Raw& r) {
        r.set_floats("test.labels", {2}, {0, 3.5F});
      },
      "test.labels: utterance f has the label 3.5");
  refused([](Raw& r) { r.set_floats("test.labels", {2}, {0, std::nanf("")}); }, "test.labels: utterance f");
  refused([](Raw& r) { r.set_floats("test.labels", {0}, {}); }, "test.labels: the split has no utterance");
}

// A file of the second version with a test split alone, nothing of which it could do without.
Raw bare() {
  Raw raw;
  raw.metadata["format_version"] = "2";
  raw.metadata["scale"] = "3";
  raw.metadata["ids"] = R"({"test":["e","f"]})";
  raw.metadata.erase("transcripts");
  std::erase_if(raw.tensors, [](const auto& entry) {
    return !entry.first.starts_with("test.") || entry.first == "test.tokens" || entry.first == "test.labels";
  });
  return raw;
}

TEST(DatasetOfVersion2, MayLackSplitsLabelsTranscriptsAndWordPieces) {
  ScratchFolder folder;
  const auto dataset = bare().open(folder / "x");
  EXPECT_FALSE(dataset->has(sweeps::SplitName::train));
  const Split& test = dataset->split(sweeps::SplitName::test);
  EXPECT_EQ(test.size(), 2U);
  EXPECT_TRUE(test.transcripts.empty() && test.labels.empty() && test.tokens.empty());
  EXPECT_TRUE(std::isnan(test.label(1)));
  EXPECT_FALSE(dataset->has_word_pieces());
  EXPECT_EQ(dataset->width(Modality::vision), 1);
  const nlohmann::json summary = summary_json(*dataset);
  EXPECT_EQ(summary["splits"].size(), 1U);
  EXPECT_FALSE(summary["splits"]["test"].contains("census"));
  EXPECT_THAT(summary_text("x", *dataset), ::testing::HasSubstr("word pieces      none"));
}

TEST(DatasetOfVersion2, HasAScaleAndLabelsOfEachModality) {
  ScratchFolder folder;
  Raw raw = bare();
  raw.metadata["scale"] = "1";
  raw.set_floats("test.labels", {2}, {-1, 0.5F});
  raw.set_floats("test.audio_labels", {2}, {0.25F, 1});
  const auto dataset = raw.open(folder / "x");
  EXPECT_EQ(dataset->scale(), sweeps::LabelScale::one);
  const Split& test = dataset->split(sweeps::SplitName::test);
  EXPECT_EQ(test.label(1), 0.5F);
  EXPECT_EQ(test.unimodal_labels[1][0], 0.25F);
  EXPECT_TRUE(test.unimodal_labels[0].empty());
}

TEST(DatasetOfVersion2, RefusesByFileAndTensor) {
  const auto refused_bare = [](const std::function<void(Raw&)>& spoil, const std::string& reason) {
    refused(
        [&](Raw& raw) {
          raw = bare();
          spoil(raw);
        },
        reason);
  };
  refused_bare([](Raw& r) { r.metadata.erase("scale"); }, "__metadata__ has no 'scale'");
  refused_bare([](Raw& r) { r.metadata["scale"] = "5"; }, "__metadata__.scale: is neither 3 nor 1");
  refused_bare([](Raw& r) { r.metadata["ids"] = "{}"; }, "__metadata__.ids: has no split");
  refused_bare([](Raw& r) { r.metadata["ids"] = R"({"test":[]})"; },
               "__metadata__.ids: test is an empty list");
  refused_bare([](Raw& r) { r.metadata["transcripts"] = R"({"test":["a"]})"; },
               "test: has 2 ids and 1 transcripts");
  refused_bare([](Raw& r) { r.set_floats("test.labels", {1}, {0}); }, "test.labels: has 1 labels for 2 ids");
  refused_bare(
      [](Raw& r) {
        r.set_floats("test.text_labels", {2}, {0, 4});
      },
      "test.text_labels: utterance f has the label 4, not in [-3, 3]");
  refused_bare(
      [](Raw& r) {
        r.metadata["scale"] = "1";
        r.set_floats("test.labels", {2}, {0, -1.5F});
      },
      "test.labels: utterance f has the label -1.5, not in [-1, 1]");
  refused_bare(
      [](Raw& r) {
        r.set_floats("test.labelz", {2}, {0, 0});
      },
      "test.labelz: is no tensor of such a dataset");
  refused_bare([](Raw& r) { r.set_ints("train.tokens", {1, 2, 3}); }, "test.tokens: there is no such tensor");
}

// The recipe of docs/data.md, from scratch.
TEST(Dataset, ContentDigestIsTheDocumentedOne) {
  ScratchFolder folder;
  DatasetLayout layout;
  layout.widths = {1, 1, 1};
  for (SplitSize& split : layout.splits) split = {1, {1, 1, 1}};
  DatasetText text;
  text.ids = {{{"a"}, {"b"}, {"c"}}};
  text.transcripts = text.ids;
  text.report = "{}";
  DatasetWriter writer(OutputFile(folder / "x"), layout, text);
  const std::vector<float> number{1.5F};
  const std::vector<std::int32_t> one{1};
  for (int split = 0; split < 3; ++split) {
    writer.write(std::span<const float>(number));
    writer.write(std::span<const std::int32_t>(one));
    for (int i = 0; i < 2; ++i) writer.write(std::span<const float>(number));
    for (int i = 0; i < 3; ++i) writer.write(std::span<const std::int32_t>(one));
    writer.write(std::span<const float>(number));
  }
  writer.finish();

  const std::string real("\x00\x00\xc0\x3f", 4);
  const std::string integer("\x01\x00\x00\x00", 4);
  std::string hashed;
  for (const std::string split : {"train.", "valid.", "test."}) {
    hashed += split + "text F32 1,1\n" + real + split + "tokens I32 1\n" + integer + split +
              "audio F32 1,1\n" + real + split + "vision F32 1,1\n" + real;
    for (const std::string modality : {"text", "audio", "vision"}) {
      hashed += split + modality + "_lengths I32 1\n" + integer;
    }
    hashed += split + "labels F32 1\n" + real;
  }
  hashed += R"({"test":["c"],"train":["a"],"valid":["b"]})";
  const std::string expected = hex(sha256(hashed));
  EXPECT_EQ(writer.content_sha256(), expected);
  const auto dataset = Dataset::open(folder / "x");
  EXPECT_EQ(dataset->content_sha256(), expected);
  EXPECT_EQ(dataset->computed_sha256(), expected);
}

TEST(Dataset, ContentDigestOfWhatTheFirstVersionCouldNotSay) {
  ScratchFolder folder;
  DatasetLayout layout;
  layout.widths = {1, 1, 1};
  layout.word_pieces = false;
  layout.splits[2] = {
      .utterances = 1, .frames = {1, 1, 1}, .labels = false, .unimodal_labels = {false, true, false}};
  DatasetText text;
  text.ids = {{{}, {}, {"c"}}};
  text.report = "{}";
  text.scale = sweeps::LabelScale::one;
  DatasetWriter writer(OutputFile(folder / "x"), layout, text);
  const std::vector<float> number{0.5F};
  const std::vector<std::int32_t> one{1};
  for (int i = 0; i < 3; ++i) writer.write(std::span<const float>(number));
  for (int i = 0; i < 3; ++i) writer.write(std::span<const std::int32_t>(one));
  writer.write(std::span<const float>(number));
  writer.finish();
  const std::string real("\x00\x00\x00\x3f", 4);
  const std::string integer("\x01\x00\x00\x00", 4);
  const std::string hashed = "test.text F32 1,1\n" + real + "test.audio F32 1,1\n" + real +
                             "test.vision F32 1,1\n" + real + "test.text_lengths I32 1\n" + integer +
                             "test.audio_lengths I32 1\n" + integer + "test.vision_lengths I32 1\n" +
                             integer + "test.audio_labels F32 1\n" + real + R"({"test":["c"]})" +
                             "\nscale 1\n";
  EXPECT_EQ(writer.content_sha256(), hex(sha256(hashed)));
  EXPECT_EQ(Dataset::open(folder / "x")->computed_sha256(), writer.content_sha256());
}

TEST(Dataset, SummaryCountsTheTensors) {
  ScratchFolder folder;
  const auto dataset = Raw().open(folder / "x");
  const nlohmann::json summary = summary_json(*dataset);
  EXPECT_EQ(summary["splits"]["valid"]["utterances"], 2);
  EXPECT_EQ(summary["splits"]["valid"]["census"]["negative"], 1);
  EXPECT_EQ(summary["splits"]["valid"]["lengths"]["audio"]["max"], 2);
  EXPECT_EQ(summary["widths"]["audio"], 1);
  EXPECT_TRUE(warnings_of(*dataset).empty());
}

Sequences sequences(int width, const std::vector<float>& frames) {
  Sequences s;
  s.width = width;
  s.frames = frames;
  return s;
}

TEST(Zscore, MeanAndPopulationStandardDeviation) {
  const std::vector<float> frames{1, 1000, 5, 3, 3000, 5};  // (2, 3)
  const Normalization n = zscore(sequences(3, frames));
  EXPECT_EQ(n.mean, (std::vector<float>{2, 2000, 5}));
  EXPECT_EQ(n.std, (std::vector<float>{1, 1000, 1}));  // a constant feature is only centred
}

TEST(Zscore, LargeValuesDoNotCancel) {
  const std::vector<float> frames{1000000.0F, 1000000.5F, 1000001.0F};
  const Normalization n = zscore(sequences(1, frames));
  EXPECT_FLOAT_EQ(n.mean[0], 1000000.5F);
  EXPECT_FLOAT_EQ(n.std[0], 0.40824829F);  // sqrt(1/6)
}

TEST(Zscore, BelowAMillionthOnlyCentred) {
  const std::vector<float> tiny{0, 1.9e-6F};
  EXPECT_EQ(zscore(sequences(1, tiny)).std[0], 1.0F);
  const std::vector<float> small{0, 2.1e-6F};
  EXPECT_FLOAT_EQ(zscore(sequences(1, small)).std[0], 1.05e-6F);
  EXPECT_EQ(identity(2).std, (std::vector<float>{1, 1}));
}

}  // namespace
}  // namespace missmodal::trainer
