// What files are, lack and are called otherwise: each kind imported with the right values, or refused in one
// line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/trainer/data/expect_input_error.h"
#include "tests/trainer/data/mmsa_pickle.h"
#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/dataset.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/import/dataset_import.h"
#include "trainer/data/import/foreign_source.h"

namespace missmodal::trainer {
namespace {

using namespace missmodal::testing;
using sweeps::LabelScale;
using sweeps::SplitName;
using ::testing::HasSubstr;

template <typename T>
std::vector<T> numbers_of(std::span<const T> span) {
  return {span.begin(), span.end()};
}

class SourceKinds : public ::testing::Test {
 protected:
  std::shared_ptr<const Dataset> import(const std::string& bytes, const OpenOptions& source = {}) {
    ImportOptions options;
    options.source = source;
    import_dataset(folder_.write("x.pkl", bytes), folder_ / "x.safetensors", options);
    return Dataset::open(folder_ / "x.safetensors");
  }
  std::shared_ptr<const Dataset> import(const MmsaFile& file, const OpenOptions& source = {}) {
    return import(mmsa_pickle(file), source);
  }
  std::shared_ptr<const Dataset> fixture(const std::string& name, const OpenOptions& source = {}) {
    const auto path = std::filesystem::path(MISSMODAL_SOURCE_DIR) / "tests/trainer/data" / (name + ".pkl");
    return import(read_bytes(path), source);
  }
  void refused(const std::string& bytes, const std::string& reason, const OpenOptions& source = {}) {
    expect_input_error([&] { import(bytes, source); }, reason);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "x.safetensors"));
  }
  void refused(const MmsaFile& file, const std::string& reason, const OpenOptions& source = {}) {
    refused(mmsa_pickle(file), "x.pkl: " + reason, source);
  }
  // Every split with its keys changed.
  template <typename Change>
  static MmsaFile each(Change change) {
    MmsaFile file = plain_file();
    for (auto& [name, keys] : file) change(keys);
    return file;
  }
  static nlohmann::json report(const Dataset& dataset) { return nlohmann::json::parse(dataset.report()); }
  static std::vector<std::string> warnings(const Dataset& dataset) { return report(dataset)["warnings"]; }
  ScratchFolder folder_;
};

// text_bert (4, 3, 4) of these rows for each utterance of the train split alone.
std::string stacked(const std::vector<std::vector<float>>& rows, const std::string& code = "f4") {
  std::vector<float> numbers;
  for (int n = 0; n < 4; ++n) {
    for (const auto& row : rows) numbers.insert(numbers.end(), row.begin(), row.end());
  }
  if (code == "f4") return array(code, {4, 3, 4}, raw(numbers));
  std::vector<std::uint16_t> halves;  // of small whole numbers and powers of two
  for (const float x : numbers) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &x, sizeof(bits));
    const std::uint32_t exponent = bits >> 23 & 255;
    halves.push_back(static_cast<std::uint16_t>(x == 0 ? 0 : (exponent - 112) << 10 | (bits >> 13 & 1023)));
  }
  return array("f2", {4, 3, 4}, raw(halves));
}

TEST_F(SourceKinds, WordPiecesInAnotherOrderAreRefusedWithTheOrderFound) {
  const std::vector<float> ids{101, 7, 102, 0};
  const std::vector<float> mask{1, 1, 1, 0};
  const std::vector<float> zeros{0, 0, 0, 0};
  const auto file = [](const std::string& text_bert) {
    MmsaFile good = plain_file();
    good["train"]["text_bert"] = text_bert;
    return good;
  };
  const auto order = [&](const std::vector<std::vector<float>>& rows, const std::string& found) {
    refused(file(stacked(rows)), "train.text_bert: is stacked " + found + ", expected ids, mask, segments: ");
  };
  order({ids, zeros, mask}, "ids, segments, mask");
  order({ids, {0, 1, 1, 0}, mask}, "ids, segments, mask");
  order({mask, ids, zeros}, "mask, ids, segments");
  order({zeros, ids, mask}, "segments, ids, mask");
  order({mask, zeros, ids}, "mask, segments, ids");
  order({zeros, mask, ids}, "segments, mask, ids");
  refused(file(stacked({ids, zeros, zeros})), "train.text_bert: has no mask: every one is empty");
  // Segments that look like a mask are none where there is one.
  import(file(stacked({ids, mask, { 1, 1, 1, 1 }})));
  import(file(stacked({ids, mask, { 0, 1, 1, 0 }})));
}

TEST_F(SourceKinds, WordPiecesInFloat16AreReadUpToTheFirstThatIsRounded) {
  MmsaFile file = plain_file();
  file["train"]["text_bert"] = stacked({{101, 2047, 102, 0}, {1, 1, 1, 0}, {0, 0, 0, 0}}, "f2");
  EXPECT_EQ(import(file)->split(SplitName::train).tokens[1], 2047);
  std::filesystem::remove(folder_ / "x.safetensors");
  file["train"]["text_bert"] = stacked({{101, 2048, 102, 0}, {1, 1, 1, 0}, {0, 0, 0, 0}}, "f2");
  refused(file,
          "train.text_bert: utterance train$_$0: position 1 holds 2048 in float16, which cannot tell ids "
          "from 2048 on apart");
}

TEST_F(SourceKinds, WordPiecesPaddedInFrontMoveToTheFront) {
  MmsaFile file = plain_file();
  file["train"]["text_bert"] = stacked({{0, 101, 7, 102}, {0, 1, 1, 1}, {0, 0, 0, 0}});
  file["train"]["text"] =
      array("f4", {4, 4, 1}, raw(std::vector<float>{0, 1, 2, 3, 0, 4, 5, 6, 0, 1, 1, 1, 0, 1, 1, 1}));
  const auto dataset = import(file);
  const Split& train = dataset->split(SplitName::train);
  EXPECT_EQ(train.tokens[0], 101);
  EXPECT_THAT(warnings(*dataset)[0], HasSubstr("word pieces are padded in front"));
  for (const char* split : {"valid", "test"}) {
    MmsaSplitNumbers numbers = plain_split(2);
    numbers.masks = {{0, 1, 1, 1}, {0, 1, 1, 1}};
    file[split] = keys_of(numbers, split);
    file[split]["text"] = array("f4", {2, 4, 1}, raw(std::vector<float>{0, 9, 8, 7, 0, 6, 5, 4}));
  }
  EXPECT_EQ(numbers_of(import(file)->split(SplitName::test).of(Modality::text).frames),
            (std::vector<float>{9, 8, 7, 6, 5, 4}));
}

TEST_F(SourceKinds, AModalityThatIsZeroEverywhereIsWarnedOf) {
  const std::vector<double> zeros(16, 0.0);
  MmsaFile file = plain_file();
  file["train"]["vision"] = array("f8", {4, 4, 1}, raw(zeros));
  EXPECT_EQ(warnings(*import(file))[0], "vision is zero in every frame of train: it says nothing");
  file["valid"]["vision"] = array("f8", {2, 4, 1}, raw(std::vector<double>(8, 0.0)));
  file["test"]["vision"] = array("f8", {3, 4, 1}, raw(std::vector<double>(12, 0.0)));
  EXPECT_EQ(warnings(*import(file))[0], "vision is zero in every frame of the file: it says nothing");
}

TEST_F(SourceKinds, WithoutWordPiecesTextIsCountedAndAlignedModalitiesTogether) {
  MmsaFile file = each([](MmsaKeys& keys) {
    for (const char* key : {"text_bert", "raw_text", "audio_lengths", "vision_lengths"}) keys.erase(key);
  });
  file["valid"]["text"] = array("f4", {2, 4, 1}, raw(std::vector<float>{1, 0, 0, 0, 1, 1, 1, 1}));
  const auto dataset = import(file);
  EXPECT_FALSE(dataset->has_word_pieces());
  const Split& valid = dataset->split(SplitName::valid);
  EXPECT_TRUE(valid.tokens.empty() && valid.transcripts.empty());
  // The first utterance has one word with a vector, but three frames of vision: three words.
  for (const Modality modality : kModalities)
    EXPECT_EQ(numbers_of(valid.of(modality).lengths), (std::vector<std::int32_t>{3, 4})) << name(modality);
}

TEST_F(SourceKinds, SequencesWithLengthsOfTheirOwnHoldTheSameFrames) {
  const auto whole = fixture("protocol4");
  const auto dataset = fixture("own_lengths");
  EXPECT_EQ(report(*dataset)["modalities"]["audio"]["lengths_from"], "array");
  EXPECT_FALSE(dataset->has_word_pieces());
  for (const SplitName name : kSplits) {
    const Split& split = dataset->split(name);
    ASSERT_EQ(split.size(), 2U);
    EXPECT_EQ(split.ids,
              (std::vector<std::string>(whole->split(name).ids.begin(), whole->split(name).ids.begin() + 2)));
    EXPECT_TRUE(split.transcripts.empty());  // None and NaN
    EXPECT_EQ(split.label(1), whole->split(name).label(1));
    for (const Modality modality : kModalities) {
      const Sequences& all = whole->split(name).of(modality);
      const auto end = static_cast<std::size_t>(all.offsets[2]) * static_cast<std::size_t>(all.width);
      EXPECT_EQ(numbers_of(split.of(modality).frames), numbers_of(all.frames.first(end)))
          << missmodal::name(modality);
    }
  }
}

TEST_F(SourceKinds, CmuFilesArePaddedInFrontAndNamedByVideoStartAndEnd) {
  const auto whole = fixture("protocol4");
  const auto dataset = fixture("cmu");
  EXPECT_EQ(report(*dataset)["layout"], "cmu");
  EXPECT_EQ(report(*dataset)["modalities"]["vision"]["side"], "left");
  for (const SplitName name : kSplits) {
    const Split& split = dataset->split(name);
    EXPECT_EQ(split.ids[1], whole->split(name).ids[1] + "$_$1.5$_$2.0");
    EXPECT_EQ(split.label(0), whole->split(name).label(0));
    for (const Modality modality : kModalities) {
      const Sequences& all = whole->split(name).of(modality);
      const auto end = static_cast<std::size_t>(all.offsets[2]) * static_cast<std::size_t>(all.width);
      EXPECT_EQ(numbers_of(split.of(modality).frames), numbers_of(all.frames.first(end)))
          << missmodal::name(modality);
    }
  }
}

TEST_F(SourceKinds, CmuFilesOfEmotionClassesAreRefused) {
  MmsaFile file = each([](MmsaKeys& keys) {
    for (const char* key : {"text_bert", "raw_text", "regression_labels"}) keys.erase(key);
    keys["labels"] = "N";
  });
  file["train"]["labels"] = array("f8", {4, 4, 2}, std::string(256, '\0'));
  refused(file, "train.labels: has the shape (4, 4, 2), expected (N, 1, k)");
}

TEST_F(SourceKinds, OneUtteranceAloneIsATestSplitWithoutALabel) {
  const auto whole = fixture("protocol4");
  const auto dataset = fixture("single");
  EXPECT_FALSE(dataset->has(SplitName::train));
  const Split& test = dataset->split(SplitName::test);
  EXPECT_EQ(test.ids, std::vector<std::string>{"single"});
  EXPECT_TRUE(test.labels.empty());
  const Split& all = whole->split(SplitName::test);
  for (const Modality modality : kModalities) {
    const Sequences& rows = all.of(modality);
    const auto begin = static_cast<std::size_t>(rows.offsets[1]) * static_cast<std::size_t>(rows.width);
    const auto end = static_cast<std::size_t>(rows.offsets[2]) * static_cast<std::size_t>(rows.width);
    EXPECT_EQ(numbers_of(test.of(modality).frames), numbers_of(rows.frames.subspan(begin, end - begin)));
  }
  EXPECT_EQ(fixture("single", {.split = SplitName::train})->split(SplitName::train).size(), 1U);
}

TEST_F(SourceKinds, OneSplitAloneAndWithoutLabels) {
  MmsaFile file = plain_file();
  file.erase("train");
  file["test"].erase("regression_labels");
  refused(
      file,
      "has no split 'train' but test, valid: --key train=NAME takes one of another name; --split imports one "
      "split alone, to predict from");
  refused(file, "test: has no 'regression_labels' but audio", {.split = SplitName::test});
  const auto dataset = import(file, {.split = SplitName::test, .unlabelled = true});
  EXPECT_EQ(dataset->split(SplitName::test).size(), 3U);
  EXPECT_FALSE(dataset->has(SplitName::valid));
  EXPECT_TRUE(std::isnan(dataset->split(SplitName::test).label(0)));
  EXPECT_FALSE(import(file, {.split = SplitName::valid})->split(SplitName::valid).labels.empty());
}

TEST_F(SourceKinds, KeysOfAnotherNameAreProposedAndTaken) {
  MmsaFile file = plain_file();
  file["dev"] = file["valid"];
  file.erase("valid");
  refused(file, "has no split 'valid' but dev, test, train: --key valid=dev takes that one");
  for (auto& [name, keys] : file) {
    keys["video"] = keys["vision"];
    keys.erase("vision");
  }
  const std::map<std::string, std::string> names{{"valid", "dev"}, {"vision", "video"}};
  refused(file,
          "train: has no 'vision' but audio, audio_lengths, id, raw_text, regression_labels, text, "
          "text_bert, video, "
          "vision_lengths: --key vision=video takes that one (and so in 2 more splits)",
          {.keys = {{"valid", "dev"}}});
  EXPECT_EQ(import(file, {.keys = names})->content_sha256(), import(plain_file())->content_sha256());
}

TEST_F(SourceKinds, AllMistakesAreToldAtOnce) {
  MmsaFile file = each([](MmsaKeys& keys) {
    keys.erase("audio");
    keys.erase("id");
  });
  file["test"]["text"] = "N";
  file.erase("valid");
  try {
    import(file);
    ADD_FAILURE() << "accepted";
  } catch (const InputError& error) {
    ASSERT_EQ(error.mistakes().size(), 4U) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("has no split 'valid'"));
    EXPECT_THAT(error.what(), HasSubstr("train: has no 'id'"));
    EXPECT_THAT(error.what(), HasSubstr("test.text: is not an array but None"));
  }
}

TEST_F(SourceKinds, NamesOfEveryForm) {
  const auto ids = [&](const std::string& value) {
    MmsaFile file = plain_file();
    file["test"]["id"] = value;
    return import(file)->split(SplitName::test).ids;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids(list({integer(7), integer(-1), integer(9)})), (Ids{"7", "-1", "9"}));
  EXPECT_EQ(ids(array("i8", {3, 1}, raw(std::vector<std::int64_t>{1, 2, 3}))), (Ids{"1", "2", "3"}));
  EXPECT_EQ(ids(array("S2", {3}, std::string("a\0bbc\0", 6), "|")), (Ids{"a", "bb", "c"}));
  EXPECT_EQ(ids(array("S1", {3, 2}, "abcdef", "|")), (Ids{"a$_$b", "c$_$d", "e$_$f"}));
  EXPECT_EQ(
      ids(list({tuple({text("v"), integer(3)}), tuple({text("v"), real(1)}), list({text("w"), real(2.5)})})),
      (Ids{"v$_$3", "v$_$1.0", "w$_$2.5"}));
}

TEST_F(SourceKinds, HarmlessContainersHoldTheSame) {
  std::string body;
  for (const auto& [name, keys] : plain_file()) {
    std::string columns = global("collections", "OrderedDict") + ")R(";
    for (const auto& [key, value] : keys) columns += text(key) + value;
    body += text(name) + columns + "u";
  }
  const std::string of_dict =
      global("collections", "defaultdict") + tuple({global("builtins", "dict")}) + "R(";
  EXPECT_EQ(import(pickle(of_dict + body + "u"))->content_sha256(), import(plain_file())->content_sha256());
  std::filesystem::remove(folder_ / "x.safetensors");
  refused(pickle(global("collections", "Counter") + ")R"), "'collections.Counter'");
  refused(pickle(global("builtins", "dict") + ")R"), "calls a builtin type");
  refused(pickle(global("collections", "defaultdict") + tuple({global("numpy", "ndarray")}) + "R"),
          "whose factory is no builtin type");
}

TEST_F(SourceKinds, TheScaleOfLabelsIsFoundOut) {
  const auto labelled = [](int count, double largest) {
    MmsaFile file;
    for (const char* name : {"train", "valid", "test"}) {
      MmsaSplitNumbers split = plain_split(static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < split.size(); ++i)
        split.labels[i] = largest * (static_cast<double>(i % 11) / 5 - 1);
      file[name] = keys_of(split, name);
    }
    return file;
  };
  EXPECT_EQ(import(labelled(40, 1))->scale(), LabelScale::one);
  EXPECT_EQ(import(labelled(20, 1))->scale(), LabelScale::three);  // too few to tell
  EXPECT_EQ(import(labelled(40, 0.99))->scale(), LabelScale::three);
  EXPECT_EQ(import(labelled(40, 3))->scale(), LabelScale::three);
  EXPECT_EQ(import(labelled(4, 1), {.scale = LabelScale::one})->scale(), LabelScale::one);
  EXPECT_EQ(import(labelled(40, 1), {.scale = LabelScale::three})->scale(), LabelScale::three);
  std::filesystem::remove(folder_ / "x.safetensors");
  refused(labelled(4, 3), "train: utterance train$_$0 has the label -3, not in [-1, 1] as --scale says",
          {.scale = LabelScale::one});
  MmsaFile file = labelled(4, 0.3);
  for (auto& [name, keys] : file) {
    for (const char* modality : {"_T", "_A", "_V"})
      keys[std::string("regression_labels") + modality] = keys["regression_labels"];
  }
  const auto dataset = import(file);
  EXPECT_EQ(dataset->scale(), LabelScale::one);
  EXPECT_EQ(report(*dataset)["scale"]["why"], "labels are in [-1, 1], and each modality has its own");
  EXPECT_EQ(numbers_of(dataset->split(SplitName::test).unimodal_labels[2]),
            numbers_of(dataset->split(SplitName::test).labels));
}

TEST_F(SourceKinds, ForeignFilesAreNamedWithWhatToDo) {
  using std::string_literals::operator""s;
  for (const auto& [start, reason] : {
           std::pair{"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"s,
                     "is a pointer of Git LFS, not the file itself; `git lfs pull`"s},
           std::pair{"<!DOCTYPE html><html>"s, "is a web page, not the file itself"s},
           std::pair{"\n  <HTML>"s, "is a web page"s},
           std::pair{"\xef\xbb\xbf<?xml version"s, "is a web page"s},
           std::pair{"\x1f\x8b\x08"s, "is compressed (gzip); unpack it first: gunzip"s},
           std::pair{"BZh91AY"s, "is compressed (bzip2); unpack it first: bunzip2"s},
           std::pair{"\xfd\x37zXZ\0\0"s, "is compressed (xz); unpack it first: unxz"s},
           std::pair{"\x28\xb5\x2f\xfd\x04"s, "is compressed (zstd); unpack it first: unzstd"s},
           std::pair{"Rar!\x1a\x07"s, "is a RAR archive; unpack it first"s},
           std::pair{"7z\xbc\xaf\x27\x1c\0\4"s, "is a 7z archive; unpack it first"s},
           std::pair{"PK\x03\x04 train.npy"s, "is a file of numpy.savez (.npz); import a pickled dict"s},
           std::pair{"PK\x03\x04 archive/data.pkl"s, "is a file of torch.save; in Python: pickle.dump("s},
           std::pair{"\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19."s, "is a file of torch.save; in Python"s},
           std::pair{"PK\x03\x04 a.csv"s, "is a zip archive; unpack it first"s},
           std::pair{"\x89HDF\r\n\x1a\n"s, "is an HDF5 file (.h5, .csd, .mat); import the pickle that"s},
           std::pair{"\x93NUMPY\x01\0"s, "is one array of numpy.save; import a pickled dict"s},
           std::pair{"%PDF-1.7"s, "is a PDF, not features"s},
           std::pair{"SQLite format 3\0"s, "is a SQLite database; `missmodal-report` reads"s},
           std::pair{"\x40\0\0\0\0\0\0\0{\"a\":{}}"s, "is a safetensors file, perhaps a dataset already"s},
       }) {
    refused(start, "x.pkl: " + reason);
  }
  EXPECT_EQ(foreign_source(pickle("N")), "");
  EXPECT_EQ(foreign_source("id,label\n"), "");
}

// As Python begins a dict, a list, their kin and an array in these protocols.
TEST_F(SourceKinds, PicklesOfProtocols0And1AreNamedWithWhatToDo) {
  using std::string_literals::operator""s;
  for (const std::string& start :
       {"(dp0\nVtrain\np1\n"s, "(lp0\n((cnumpy.core.multiarray\n"s, "}q\0(X\5\0\0\0trainq\1"s, "]q\0((("s,
        "}q\1."s, "ccollections\nOrderedDict\np0\n"s, "ccollections\ndefaultdict\nq\0"s,
        "cnumpy.core.multiarray\n"s, "\x80\x01}q\1."s}) {
    refused(
        start,
        "x.pkl: is a pickle of protocol 0 or 1; write it again in Python: pickle.dump(data, open(NEW, 'wb'), "
        "protocol=4)");
  }
}

}  // namespace
}  // namespace missmodal::trainer
