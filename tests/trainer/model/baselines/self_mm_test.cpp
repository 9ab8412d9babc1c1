#include "trainer/model/baselines/self_mm.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/baselines/halves.h"
#include "tests/trainer/model/baselines/unaligned_inputs.h"
#include "trainer/model/baselines/self_mm_tables.h"

namespace missmodal::trainer {
namespace {

constexpr SelfMmSizes kSelfMmSizes{
    .features = {10, 4, 3}, .hidden = {0, 6, 7}, .vectors = {10, 6, 8}, .head = {8, 6, 7, 12}};
constexpr std::array<const char*, kSelfMmTasks> kLongTasks{"text", "audio", "vision", "fusion"};
constexpr std::array<const char*, kSelfMmTasks> kShortTasks{"T", "A", "V", "M"};

SelfMmOutput self_mm_forward(const SelfMm& network, const std::array<RaggedBatch, 3>& sequences,
                             const DropoutStream& dropout) {
  return network.forward({sequences[0].layout.select(sequences[0].rows, Rows::first),
                          network.encode(Modality::audio, sequences[1], dropout),
                          network.encode(Modality::vision, sequences[2], dropout)},
                         dropout);
}

std::map<std::string, torch::Tensor> tables_of(const SelfMmTables& tables) {
  const NamedTensors named = tables.tables();
  return {named.begin(), named.end()};
}

testing::ParameterNames self_mm_names() {
  testing::ParameterNames names;
  testing::add_lstm_names(names, "audio_model.rnn.", "audio_model_rnn.");
  testing::add_lstm_names(names, "video_model.rnn.", "video_model_rnn.");
  return names;
}

TEST(SelfMm, ComputesWhatTheToolkitDoes) {
  testing::Golden golden("self_mm", self_mm_names());
  golden.explain("input.text_mask", "says what input.text_lengths says");
  SelfMm network(kSelfMmSizes);
  golden.load(network);
  testing::UnalignedInputs inputs = testing::unaligned_inputs(golden);
  inputs.batch.utterances = golden.tensor("input.index").to(torch::kInt64);
  const auto epoch = static_cast<int>(golden.whole("input.epoch").at(0));
  SelfMmTables tables(golden.tensor("input.table.label_text").size(0), kSelfMmSizes.head);
  auto table = tables_of(tables);
  for (std::size_t i = 0; i < kSelfMmTasks; ++i) {
    const std::string task = kShortTasks[i], name = kLongTasks[i];
    table["label_" + task].copy_(golden.tensor("input.table.label_" + name));
    table["feature_" + task].copy_(golden.tensor("input.table.feature_" + name));
    table["centre_" + task + "_positive"].copy_(golden.tensor("table_before.center_" + name + "_pos"));
    table["centre_" + task + "_negative"].copy_(golden.tensor("table_before.center_" + name + "_neg"));
  }

  const SelfMmOutput output = self_mm_forward(network, inputs.sequences, DropoutStream());
  for (std::size_t i = 0; i < kSelfMmTasks; ++i) {
    golden.expect(std::string("output.Feature_") + "tavf"[i], output.features[i]);
    golden.expect(std::string("output.") + kShortTasks[i], output.predictions[i]);
  }
  const Losses losses = tables.losses(output, inputs.batch, epoch, Group());
  for (const auto& [name, value] : losses.shares) golden.expect("loss." + name, value);
  losses.total.backward();
  golden.expect_gradients(network);
  testing::expect_input_gradients(golden, inputs);
  for (std::size_t i = 0; i < kSelfMmTasks; ++i) {
    const std::string task = kShortTasks[i], name = kLongTasks[i];
    golden.expect("table_after.label_" + name, table["label_" + task]);
    golden.expect("table_after.feature_" + name, table["feature_" + task]);
    golden.expect("table_after.center_" + name + "_pos", table["centre_" + task + "_positive"]);
    golden.expect("table_after.center_" + name + "_neg", table["centre_" + task + "_negative"]);
  }
  const torch::NoGradGuard no_grad;
  golden.expect("eval.M",
                self_mm_forward(network, inputs.sequences, DropoutStream()).predictions[kSelfMmFused]);
  golden.expect_nothing_left();
}

TEST(SelfMm, SharesOfABatchAddUp) {
  SelfMmSizes sizes = kSelfMmSizes;
  sizes.features = {7, 3, 5};
  sizes.dropout = {0, 0.2, 0.3};
  sizes.head_dropout = {0.1, 0.2, 0.3, 0.4};
  Batch batch = testing::random_batch({{{3, 1, 5, 2}, {3, 4, 1, 2}, {2, 2, 6, 1}}});
  batch.utterances = torch::tensor({4, 0, 3, 2}, torch::kInt64);
  testing::expect_shares_add_up(batch, [&] {
    const auto network = std::make_shared<SelfMm>(sizes);
    initialize_parts(*network, 1);
    const auto tables = std::make_shared<SelfMmTables>(5, sizes.head);
    const auto losses = [network, tables](const Batch& own, const Context& context) {
      tables->to(torch::kCPU, own.labels.scalar_type());
      const auto of_epoch = [&](int epoch) {
        const DropoutStream dropout({context.seed, context.step, own.first_sample}, torch::kCPU);
        return tables->losses(self_mm_forward(*network, own.sequences, dropout), own, epoch, context.group);
      };
      of_epoch(1);  // every table is filled by the others' shares, too
      of_epoch(2);
      return of_epoch(3);
    };
    return testing::Shared{network, losses};
  });
}

TEST(SelfMmTables, OfTheFirstEpochLeaveLabelsAsTheyAre) {
  SelfMmSizes sizes = kSelfMmSizes;
  sizes.features = {7, 3, 5};
  const auto network = std::make_shared<SelfMm>(sizes);
  initialize_parts(*network, 1);
  const Batch batch = testing::random_batch({{{3, 1, 5, 2}, {3, 4, 1, 2}, {2, 2, 6, 1}}});
  SelfMmTables tables(batch.size(), sizes.head);
  const auto losses = testing::by_name(
      tables.losses(self_mm_forward(*network, batch.sequences, DropoutStream()), batch, 1, Group()));
  for (const char* task : {"T", "A", "V"}) {
    EXPECT_EQ(losses.at(task).item<double>(), 0);
    EXPECT_TRUE(tables_of(tables)["label_" + std::string(task)].equal(batch.labels.to(torch::kFloat32)));
  }
  EXPECT_GT(losses.at("M").item<double>(), 0);
}

}  // namespace
}  // namespace missmodal::trainer
