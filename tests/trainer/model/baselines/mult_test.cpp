#include "trainer/model/baselines/mult.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/baselines/halves.h"
#include "trainer/model/baselines/loss_sum.h"
#include "trainer/model/losses.h"

namespace missmodal::trainer {
namespace {

constexpr MultSizes kMultSizes{
    .features = {10, 4, 3}, .kernels = {3, 2, 1}, .width = 6, .heads = 2, .levels = 2};

TEST(Mult, ComputesWhatTheToolkitDoes) {
  testing::Golden golden("mult", {});
  golden.explain("_lengths", "it runs over padding");
  golden.explain(".version", "means nothing");
  Mult network(kMultSizes);
  golden.load(network);
  std::array<torch::Tensor, 3> padded;
  std::array<RaggedBatch, 3> sequences;
  for (const Modality modality : kModalities) {
    const auto index = static_cast<unsigned>(modality);
    padded[index] = golden.tensor("input." + std::string(name(modality))).requires_grad_();
    sequences[index] = testing::all_steps(padded[index]);
  }
  const torch::Tensor labels = golden.tensor("input.labels");

  const MultOutput output = network.forward(sequences, DropoutStream());
  const std::string letters = "lav";
  for (std::size_t i = 0; i < 3; ++i) {
    const RaggedLayout& layout = output.convolved[i].layout;
    const auto by_step = [&](const torch::Tensor& rows) { return layout.pad(rows).transpose(0, 1); };
    const std::string letter(1, letters[i]);
    golden.expect("output.proj_" + letter, layout.pad(output.convolved[i].rows).transpose(1, 2));
    std::size_t next = 0;
    for (std::size_t other = 0; other < 3; ++other) {
      if (other == i) continue;
      golden.expect("output.trans_" + letter + "_with_" + letters[other], by_step(output.across[i][next++]));
    }
    golden.expect("output.trans_" + letter + "_mem", by_step(output.memories[i]));
    golden.expect(std::string("output.Feature_") + "tav"[i],
                  output.last.narrow(1, static_cast<std::int64_t>(i) * 12, 12));
  }
  golden.expect("output.Feature_f", output.last);
  golden.expect("output.M", output.predictions);
  const torch::Tensor loss = prediction_loss(output.predictions, labels, labels.size(0));
  golden.expect("loss.l1", loss);
  golden.expect("loss.total", loss);
  loss.backward();
  golden.expect_gradients(network);
  for (const Modality modality : kModalities) {
    golden.expect("input_grad." + std::string(name(modality)),
                  padded[static_cast<unsigned>(modality)].grad());
  }
  const torch::NoGradGuard no_grad;
  golden.expect("eval.M", network.forward(sequences, DropoutStream()).predictions);
  golden.expect_nothing_left();
}

// With utterances shorter than a kernel, and others whose own end is not the batch's.
const testing::Lengths kMultLengths{{{3, 1, 5, 2}, {3, 4, 1, 2}, {2, 2, 6, 1}}};

MultSizes dropping_sizes() {
  MultSizes sizes = kMultSizes;
  sizes.features = {7, 3, 6};  // vision is as wide as the model
  sizes.attention_dropout = {0.1, 0.2, 0.3};
  sizes.text_dropout = 0.2;
  sizes.embedding_dropout = 0.1;
  sizes.relu_dropout = 0.2;
  sizes.residual_dropout = 0.1;
  sizes.out_dropout = 0.3;
  return sizes;
}

Batch mult_batch() {
  Batch batch = testing::random_batch(kMultLengths);
  RaggedBatch& vision = batch.sequences[2];
  vision.rows = torch::cat({vision.rows, vision.rows.narrow(1, 0, 1)}, 1);
  return batch;
}

TEST(Mult, SharesOfABatchAddUp) {
  testing::expect_shares_add_up(mult_batch(), [&] {
    const auto network = std::make_shared<Mult>(dropping_sizes());
    initialize_parts(*network, 1);
    const auto losses = [network](const Batch& own, const Context& context) {
      const DropoutStream dropout({context.seed, context.step, own.first_sample}, torch::kCPU);
      LossSum sum(context.group);
      sum.add_share("task", prediction_loss(network->forward(own.sequences, dropout).predictions, own.labels,
                                            own.global_size));
      return sum.losses();
    };
    return testing::Shared{network, losses};
  });
}

TEST(Mult, AnUtteranceDoesNotSeeAnother) {
  const auto network = std::make_shared<Mult>(dropping_sizes());
  initialize_parts(*network, 1);
  const torch::NoGradGuard no_grad;
  const Batch batch = mult_batch();
  const torch::Tensor together = network->forward(batch.sequences, DropoutStream()).predictions;
  for (std::int64_t i = 0; i < batch.size(); ++i) {
    const Batch alone = testing::pick(batch, {i});
    EXPECT_NEAR(network->forward(alone.sequences, DropoutStream()).predictions.item<double>(),
                together[i].item<double>(), 1e-5)
        << i;
  }
}

}  // namespace
}  // namespace missmodal::trainer
