#include "trainer/model/baselines/mmim.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/baselines/halves.h"
#include "tests/trainer/model/baselines/unaligned_inputs.h"

namespace missmodal::trainer {
namespace {

constexpr MmimSizes kMmimSizes{
    .features = {10, 4, 3}, .hidden = {0, 7, 6}, .vectors = {10, 12, 8}, .fused = 10};

MmimOutput mmim_forward(const Mmim& network, const std::array<RaggedBatch, 3>& sequences,
                        const DropoutStream& dropout) {
  return network.forward(
      {sequences[0].layout.select(sequences[0].rows, Rows::first),
       network.encode(Modality::audio, sequences[1]), network.encode(Modality::vision, sequences[2])},
      dropout);
}

testing::ParameterNames mmim_names() {
  testing::ParameterNames names;
  for (const std::string encoder : {"acoustic_enc", "visual_enc"})
    testing::add_lstm_names(names, encoder + ".rnn.", encoder + "_rnn.");
  return names;
}

// The earlier batch's rows, positive ones first; how many utterances it had is not in the file.
MmimMemory memory_of(testing::Golden& golden) {
  MmimMemory memory(10, {0, 3, 2});
  torch::Tensor labels;
  std::array<torch::Tensor, 3> rows;
  for (const std::size_t i : {1, 2}) {
    const std::string start = std::string("input.memory_t") + "tav"[i];
    const torch::Tensor positive = golden.tensor(start + "_pos"), negative = golden.tensor(start + "_neg");
    rows[i] = torch::cat({positive, negative});
    labels = torch::cat({torch::ones({positive.size(0)}), -torch::ones({negative.size(0)})});
  }
  memory.remember(rows, labels);
  return memory;
}

TEST(Mmim, ComputesWhatTheToolkitDoes) {
  testing::Golden golden("mmim", mmim_names());
  golden.explain("input.text_mask", "says what input.text_lengths says");
  Mmim network(kMmimSizes);
  golden.load(network);
  const testing::UnalignedInputs inputs = testing::unaligned_inputs(golden);
  MmimMemory memory = memory_of(golden);
  const Batch& batch = inputs.batch;

  const MmimOutput output = mmim_forward(network, inputs.sequences, DropoutStream());
  golden.expect("output.Feature_f", output.fused);
  golden.expect("output.M", output.predictions);
  torch::Tensor lld = torch::zeros({});
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string letter(1, "tav"[i]);
    golden.expect("output.Feature_" + letter, output.vectors[i]);
    golden.expect("output.nce_" + letter, contrast(output.vectors[i], output.guessed[i]));
    if (i == 0) continue;
    const auto modality = static_cast<Modality>(i);
    golden.expect("output.mi_t" + letter + "_mu", output.pairs[i].mean);
    golden.expect("output.mi_t" + letter + "_logvar", output.pairs[i].log_variance);
    golden.expect("output.entropy_t" + letter, memory.entropy(modality, output.reduced[i], batch.labels));
    const torch::Tensor likelihood =
        -((output.pairs[i].mean - output.vectors[i]).square() / 2 / output.pairs[i].log_variance.exp())
             .sum(1)
             .mean();
    golden.expect("output.lld_t" + letter, likelihood);
    for (const int sign : {1, -1}) {
      golden.expect("output.entropy_samples_t" + letter + (sign == 1 ? "_pos" : "_neg"),
                    output.reduced[i].index({batch.labels.sign() == sign}));
    }
  }

  const Losses first = mmim_estimator_losses(output, batch, Group());
  golden.expect("loss.stage0", first.total);
  first.total.backward({}, /*retain_graph=*/true);
  golden.expect_gradients(network, "grad_stage0.");
  testing::expect_input_gradients(golden, inputs, "input_grad_stage0.");
  network.zero_grad();
  for (const torch::Tensor& padded : inputs.padded) {
    torch::Tensor gradient = padded.grad();
    if (gradient.defined()) gradient.zero_();
  }

  MmimMemory untouched(batch.size(), {0, 3, 2});
  const Losses early = mmim_losses(output, batch, untouched, Entropy::none, {}, Group());
  golden.expect("loss.stage1_first_batches", early.total);
  const Losses losses = mmim_losses(output, batch, memory, Entropy::with_memory, {}, Group());
  auto terms = testing::by_name(losses);
  golden.expect("loss.l1", terms["task"]);
  golden.expect("loss.nce", terms["nce"]);
  golden.expect("loss.lld", terms["lld"]);
  golden.expect("loss.entropy", terms["entropy"]);
  golden.expect("loss.total", terms["total"]);
  losses.total.backward();
  golden.expect_gradients(network);
  testing::expect_input_gradients(golden, inputs);
  const torch::NoGradGuard no_grad;
  golden.expect("eval.M", mmim_forward(network, inputs.sequences, DropoutStream()).predictions);
  golden.expect_nothing_left();
}

MmimSizes small_sizes() {
  MmimSizes sizes = kMmimSizes;
  sizes.features = {7, 3, 5};
  sizes.vectors = {7, 8, 8};
  sizes.fusion_dropout = 0.2;
  return sizes;
}

const testing::Lengths kMmimLengths{{{3, 1, 5, 2, 4, 3}, {3, 4, 1, 2, 2, 1}, {2, 2, 6, 1, 1, 5}}};

TEST(Mmim, SharesOfABatchAddUpInBothStages) {
  Batch batch = testing::random_batch(kMmimLengths);
  batch.labels = torch::tensor({1.0, -1.0, 2.0, -0.5, 0.0, 3.0}).to(batch.labels.scalar_type());
  for (const int stage : {0, 1}) {
    testing::expect_shares_add_up(batch, [&] {
      const auto network = std::make_shared<Mmim>(small_sizes());
      initialize_parts(*network, 1);
      const auto losses = [network, stage](const Batch& own, const Context& context) {
        MmimMemory memory(7, {0, 2, 2});
        memory.to(torch::kCPU, own.labels.scalar_type());
        const torch::Tensor rows = torch::eye(7);
        memory.remember(std::array{torch::Tensor(), rows.narrow(1, 0, 2), rows.narrow(1, 1, 2)},
                        torch::tensor({1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 0.0}));
        const DropoutStream dropout({context.seed, context.step, own.first_sample}, torch::kCPU);
        const MmimOutput output = mmim_forward(*network, own.sequences, dropout);
        return stage == 0 ? mmim_estimator_losses(output, own, context.group)
                          : mmim_losses(output, own, memory, Entropy::with_memory, {}, context.group);
      };
      return testing::Shared{network, losses};
    });
  }
}

TEST(MmimMemory, HasNoEntropyWhereASignIsTooRare) {
  const MmimMemory memory(4, {0, 2, 2});
  const torch::Tensor rows = torch::rand({4, 2}).requires_grad_();
  EXPECT_EQ(memory.entropy(Modality::audio, rows, torch::tensor({1.0, 2.0, 1.0, -1.0})).item<double>(), 0);
}

}  // namespace
}  // namespace missmodal::trainer
