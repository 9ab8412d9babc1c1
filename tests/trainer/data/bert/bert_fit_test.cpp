#include "trainer/data/bert/bert_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "sweeps/sha256.h"
#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/import/dataset_import.h"
#include "trainer/data/synth/synth.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::ScratchFolder;
using ::testing::HasSubstr;

class BertFit : public ::testing::Test {
 protected:
  BertFit() {
    SynthOptions options;
    options.train = options.valid = options.test = 20;
    options.vocabulary = 1000;
    options.max_length = 30;
    write_synthetic(folder_ / "data", options);
    dataset_ = Dataset::open(folder_ / "data");
    for (const sweeps::SplitName name : kSplits) {
      const Split& split = dataset_->split(name);
      const auto& lengths = split.of(Modality::text).lengths;
      largest_ = std::max(largest_, *std::max_element(split.tokens.begin(), split.tokens.end()));
      longest_ = std::max(longest_, *std::max_element(lengths.begin(), lengths.end()));
    }
  }

  std::string mistakes(std::int64_t vocabulary, std::int64_t positions) const {
    BertConfiguration configuration;
    configuration.vocab_size = vocabulary;
    configuration.max_positions = positions;
    std::string text;
    for (const Mistake& mistake : bert_mistakes(configuration, "w", *dataset_, "d")) {
      text += mistake.place + ": " + mistake.reason + "\n";
    }
    return text;
  }

  ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_;
  std::int32_t largest_ = 0;
  std::int32_t longest_ = 0;
};

TEST_F(BertFit, TakesExactlyWhatItCanRead) {
  EXPECT_EQ(mistakes(largest_ + 1, longest_), "");
  const std::string vocabulary = mistakes(largest_, longest_);
  EXPECT_THAT(vocabulary, HasSubstr(".tokens: utterance "));
  EXPECT_THAT(vocabulary, HasSubstr("has the word piece " + std::to_string(largest_) +
                                    ", but the vocabulary of w ends at " + std::to_string(largest_ - 1)));
  const std::string positions = mistakes(largest_ + 1, longest_ - 1);
  EXPECT_THAT(positions, HasSubstr(".text_lengths: utterance "));
  EXPECT_THAT(positions, HasSubstr("has " + std::to_string(longest_) + " word pieces, but w has " +
                                   std::to_string(longest_ - 1) + " positions"));
}

TEST_F(BertFit, NamesTheUtteranceThatHoldsTheWordPiece) {
  const std::string first = dataset_->split(sweeps::SplitName::train).ids.front();
  EXPECT_THAT(mistakes(1, 512),
              ::testing::StartsWith("d: train.tokens: utterance " + first + " has the word piece "));
}

// Ids of another vocabulary are other words to pretrained weights.
TEST_F(BertFit, TellsWordPiecesOfAnotherVocabulary) {
  const std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n0\n1\n";
  ImportOptions options;
  options.vocabulary = folder_.write("vocab.txt", vocabulary);
  import_dataset(std::filesystem::path(MISSMODAL_SOURCE_DIR) / "tests/trainer/data/tuples.pkl",
                 folder_ / "cut", options);
  const auto cut = Dataset::open(folder_ / "cut");
  const std::string own = hex(sha256(vocabulary));
  const std::string other = hex(sha256("another"));
  EXPECT_FALSE(vocabulary_mistake(own, "w", *cut, "d"));
  EXPECT_FALSE(vocabulary_mistake("", "w", *cut, "d"));
  EXPECT_FALSE(vocabulary_mistake(other, "w", *dataset_, "d"));
  const auto mistake = vocabulary_mistake(other, "w", *cut, "d");
  ASSERT_TRUE(mistake);
  EXPECT_EQ(mistake->place, "d");
  EXPECT_EQ(mistake->reason, "its word pieces are of another vocabulary (SHA-256 " + own.substr(0, 12) +
                                 "...) than w/vocab.txt (" + other.substr(0, 12) +
                                 "...): import it again with --vocab w/vocab.txt");
}

}  // namespace
}  // namespace missmodal::trainer
