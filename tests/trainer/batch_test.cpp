#include "trainer/batch.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/trainer/small_dataset.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::ScratchFolder;
using sweeps::SplitName;

// Population standard deviation of each column.
torch::Tensor deviation(const torch::Tensor& rows) {
  return (rows - rows.mean(0)).square().mean(0).sqrt();
}

class BatchTest : public ::testing::Test {
 protected:
  Collator collator(sweeps::Normalize normalize) const {
    return {normalization_of(*dataset_, normalize), torch::kCPU};
  }

  ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_ = testing::small_dataset(folder_);
  const Split& split_ = dataset_->split(SplitName::valid);
};

TEST_F(BatchTest, HoldsTheUtterancesAskedForInThatOrder) {
  const std::vector<std::size_t> indices{4, 0, 2};
  const Batch batch = collator(sweeps::Normalize::none).collate(split_, indices);
  EXPECT_EQ(batch.size(), 3);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    EXPECT_EQ(batch.labels[static_cast<std::int64_t>(i)].item<float>(), split_.labels[indices[i]]);
  }
  for (const Modality modality : kModalities) {
    const Sequences& sequences = split_.of(modality);
    const RaggedBatch& ragged = batch.of(modality);
    std::int64_t row = 0;
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const auto utterance = indices[i];
      ASSERT_EQ(ragged.layout.lengths()[i], sequences.lengths[utterance]);
      for (std::int64_t frame = sequences.offsets[utterance]; frame < sequences.offsets[utterance + 1];
           ++frame, ++row) {
        for (int k = 0; k < sequences.width; ++k) {
          EXPECT_EQ(ragged.rows[row][k].item<float>(),
                    sequences.frames[static_cast<std::size_t>(frame * sequences.width + k)]);
        }
        if (modality == Modality::text) {
          EXPECT_EQ(batch.tokens.rows[row].item<std::int64_t>(),
                    split_.tokens[static_cast<std::size_t>(frame)]);
        }
      }
    }
    EXPECT_EQ(ragged.rows.size(0), row);
  }
  EXPECT_EQ(batch.tokens.layout.lengths(), batch.of(Modality::text).layout.lengths());
}

TEST_F(BatchTest, ASharesRowsAreThoseOfTheWhole) {
  const std::vector<std::size_t> indices{4, 0, 2};
  const Batch whole = collator(sweeps::Normalize::zscore).collate(split_, indices);
  EXPECT_EQ(whole.first_sample, 0);
  EXPECT_EQ(whole.global_size, 3);
  std::array<std::int64_t, 3> row{};
  const Shares shares(std::vector<std::int64_t>{20, 1, 1}, 3);  // of none, one and two
  for (int place = 0; place < 3; ++place) {
    const Share share = shares.of(place);
    const Batch part = collator(sweeps::Normalize::zscore).collate(split_, indices, shares, place);
    EXPECT_EQ(part.shares.of(place), share);
    EXPECT_EQ(part.size(), share.count);
    EXPECT_EQ(part.first_sample, share.first);
    EXPECT_EQ(part.global_size, 3);
    EXPECT_TRUE(torch::equal(part.labels, whole.labels.narrow(0, share.first, share.count)));
    EXPECT_TRUE(torch::equal(part.utterances, whole.utterances.narrow(0, share.first, share.count)));
    for (const Modality modality : kModalities) {
      const RaggedBatch& ragged = part.of(modality);
      std::int64_t& first = row[static_cast<std::size_t>(modality)];
      EXPECT_EQ(ragged.layout.batch(), share.count);
      EXPECT_TRUE(torch::equal(ragged.rows, whole.of(modality).rows.narrow(0, first, ragged.layout.rows())));
      if (modality == Modality::text) {
        EXPECT_TRUE(torch::equal(part.tokens.rows, whole.tokens.rows.narrow(0, first, ragged.layout.rows())));
      }
      first += ragged.layout.rows();
    }
  }
  EXPECT_TRUE(torch::equal(whole.utterances, torch::tensor({4, 0, 2}, torch::kInt64)));
}

TEST_F(BatchTest, AudioAndVisionAreStandardisedByTheTrainSplit) {
  const Split& train = dataset_->split(SplitName::train);
  std::vector<std::size_t> all(train.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const Batch plain = collator(sweeps::Normalize::none).collate(train, all);
  const Batch batch = collator(sweeps::Normalize::zscore).collate(train, all);
  EXPECT_TRUE(torch::equal(batch.of(Modality::text).rows, plain.of(Modality::text).rows));
  for (const Modality modality : {Modality::audio, Modality::vision}) {
    const torch::Tensor rows = batch.of(modality).rows;
    EXPECT_LT(rows.mean(0).abs().max().item<double>(), 1e-5);
    EXPECT_LT((deviation(rows) - 1).abs().max().item<double>(), 1e-5);
  }
  // Another split gets the same shift and scale.
  const std::vector<std::size_t> first{0};
  const torch::Tensor valid =
      collator(sweeps::Normalize::none).collate(split_, first).of(Modality::audio).rows;
  const torch::Tensor shift = plain.of(Modality::audio).rows.mean(0);
  const torch::Tensor scale = deviation(plain.of(Modality::audio).rows);
  const torch::Tensor expected = (valid - shift) / scale;
  EXPECT_TRUE(
      torch::allclose(collator(sweeps::Normalize::zscore).collate(split_, first).of(Modality::audio).rows,
                      expected, 1e-4, 1e-5));
}

TEST_F(BatchTest, WidthsAreTheDatasets) {
  const Widths widths = widths_of(*dataset_);
  EXPECT_EQ(widths.text, testing::kSmallWidths[0]);
  EXPECT_EQ(widths.audio, testing::kSmallWidths[1]);
  EXPECT_EQ(widths.vision, testing::kSmallWidths[2]);
}

}  // namespace
}  // namespace missmodal::trainer
