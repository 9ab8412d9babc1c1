// Laws that hold whatever the weights, along both paths: what must not change a result does not.

#include "trainer/model/missmodal.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "sweeps/error.h"
#include "tests/trainer/model/paths.h"
#include "tests/trainer/model/tiny_model.h"

namespace missmodal::trainer {
namespace {

using sweeps::LossTerm;
using sweeps::Route;
using sweeps::TextEncoder;
using sweeps::ZeroAt;
using testing::kTinyBert;
using testing::kTinyWidths;
using testing::largest_difference;
using testing::losses;
using testing::pick;
using testing::random_batch;
using testing::tiny_configuration;

const testing::Lengths kSixLengths{{{3, 1, 5, 2, 9, 4}, {2, 4, 1, 3, 1, 2}, {6, 1, 2, 4, 3, 8}}};

std::shared_ptr<MissModal> make(const sweeps::Configuration& configuration) {
  const bool bert = configuration.model.text_encoder == TextEncoder::bert;
  auto model = std::make_shared<MissModal>(configuration, kTinyWidths, bert ? kTinyBert : "");
  model->initialize();
  return model;
}

torch::Tensor flat_gradient(Model& model) {
  std::vector<torch::Tensor> gradients;
  for (auto& item : model.named_parameters()) {
    torch::Tensor& gradient = item.value().mutable_grad();
    gradients.push_back(gradient.defined() ? gradient.flatten() : torch::zeros(item.value().numel()));
    gradient = torch::Tensor();
  }
  return torch::cat(gradients);
}

class MissModalLaws : public ::testing::TestWithParam<std::tuple<TextEncoder, testing::Path>> {
 protected:
  TextEncoder text_encoder() const { return std::get<0>(GetParam()); }

 private:
  testing::Along along_{std::get<1>(GetParam())};
};

TEST_P(MissModalLaws, CompanyInABatchDoesNotChangeAPrediction) {
  const torch::NoGradGuard no_grad;
  const Batch batch = random_batch(kSixLengths);
  for (const Route route : {Route::subset, Route::full}) {
    auto configuration = tiny_configuration(text_encoder());
    configuration.evaluation.route = route;
    const auto model = make(configuration);
    const torch::Tensor together = model->predict(batch);
    for (std::int64_t sample = 0; sample < batch.size(); ++sample) {
      const torch::Tensor alone = model->predict(pick(batch, {sample}));
      EXPECT_LT(largest_difference(alone.squeeze(1), together.select(1, sample)), 1e-6) << sample;
    }
  }
}

// With the sequence encoder, where dropout can be off; BERT's follows config.json.
TEST(MissModal, TheOrderOfABatchDoesNotChangeTheGradient) {
  for (const testing::Path path : testing::kPaths) {
    SCOPED_TRACE(testing::name(path));
    const testing::Along along(path);
    const auto model = make(tiny_configuration(TextEncoder::sequence));
    const Batch batch = random_batch(kSixLengths);
    losses(*model, batch, {}).total.backward();
    const torch::Tensor first = flat_gradient(*model);
    losses(*model, pick(batch, {4, 2, 0, 1, 5, 3}), {}).total.backward();
    const torch::Tensor second = flat_gradient(*model);
    EXPECT_LT((first - second).norm().item<double>(), 1e-5 * first.norm().item<double>());
  }
}

TEST_P(MissModalLaws, SameSeedSameBitsOtherSeedOthers) {
  auto configuration = tiny_configuration(text_encoder(), 0.3);
  const Batch batch = random_batch(kSixLengths);
  const auto gradient = [&](TrainingStep step) {
    const auto model = make(configuration);
    losses(*model, batch, step).total.backward();
    return flat_gradient(*model);
  };
  const torch::Tensor first = gradient({1111, 3, 0});
  EXPECT_TRUE(torch::equal(first, gradient({1111, 3, 0})));
  EXPECT_FALSE(torch::equal(first, gradient({1112, 3, 0})));
  EXPECT_FALSE(torch::equal(first, gradient({1111, 4, 0})));
  configuration.seed = 1112;
  EXPECT_FALSE(torch::equal(first, gradient({1111, 3, 0})));
}

// task and dis are means over utterances, so the halves' losses average to the whole's if, and only if, each
// half sees the dropout masks of its place in the whole.
TEST_P(MissModalLaws, HalvesOfABatchDropOutWhatTheWholeDoes) {
  auto configuration = tiny_configuration(text_encoder(), 0.3);
  configuration.loss.terms = {LossTerm::task, LossTerm::dis, LossTerm::sem};
  const auto model = make(configuration);
  const Batch batch = random_batch(kSixLengths);
  losses(*model, batch, {1111, 5, 0}).total.backward();
  const torch::Tensor whole = flat_gradient(*model);
  (losses(*model, pick(batch, {0, 1, 2}), {1111, 5, 0}).total / 2).backward();
  (losses(*model, pick(batch, {3, 4, 5}), {1111, 5, 3}).total / 2).backward();
  EXPECT_LT((whole - flat_gradient(*model)).norm().item<double>(), 1e-5 * whole.norm().item<double>());
  (losses(*model, pick(batch, {0, 1, 2}), {1111, 5, 0}).total / 2).backward();
  (losses(*model, pick(batch, {3, 4, 5}), {1111, 5, 0}).total / 2).backward();
  EXPECT_GT((whole - flat_gradient(*model)).norm().item<double>(), 1e-3 * whole.norm().item<double>());
}

// Row S of the matrix must not know a missing modality's numbers at all.
TEST_P(MissModalLaws, ARowDoesNotSeeWhatIsMissing) {
  const torch::NoGradGuard no_grad;
  const Batch batch = random_batch(kSixLengths, 1);
  const Batch other = random_batch(kSixLengths, 2);
  for (const Route route : {Route::subset, Route::full}) {
    auto configuration = tiny_configuration(text_encoder());
    configuration.evaluation.route = route;
    const auto model = make(configuration);
    const torch::Tensor predictions = model->predict(batch);
    for (const Subset subset : kSubsets) {
      Batch changed = batch;
      for (const Modality modality : kModalities) {
        const auto index = static_cast<unsigned>(modality);
        if (!has(subset, modality)) changed.sequences[index] = other.sequences[index];
      }
      if (!has(subset, Modality::text)) changed.tokens = other.tokens;
      const torch::Tensor again = model->predict(changed);
      EXPECT_TRUE(torch::equal(again[row(subset)], predictions[row(subset)])) << name(subset);
      if (subset != Subset::TAV) {
        EXPECT_FALSE(torch::equal(again[0], predictions[0])) << name(subset);
      }
    }
  }
}

// Route full, zero_at input: the look-up equals the complete prediction of a batch whose frames really are
// zero.
TEST_P(MissModalLaws, ZeroedFramesAreWhatALookUpHolds) {
  const torch::NoGradGuard no_grad;
  auto configuration = tiny_configuration(text_encoder());
  configuration.evaluation.route = Route::full;
  if (text_encoder() == TextEncoder::sequence) configuration.evaluation.zero_text = ZeroAt::input;
  const auto model = make(configuration);
  const Batch batch = random_batch(kSixLengths);
  const torch::Tensor predictions = model->predict(batch);
  for (const Subset subset : kSubsets) {
    if (text_encoder() == TextEncoder::bert && !has(subset, Modality::text)) continue;
    Batch zeroed = batch;
    for (const Modality modality : kModalities) {
      RaggedBatch& ragged = zeroed.sequences[static_cast<unsigned>(modality)];
      if (!has(subset, modality)) ragged.rows = torch::zeros_like(ragged.rows);
    }
    EXPECT_LT(largest_difference(model->predict_complete(zeroed), predictions[row(subset)]), 1e-6)
        << name(subset);
  }
}

TEST_P(MissModalLaws, CompletePredictionIsTheFirstRow) {
  const torch::NoGradGuard no_grad;
  const Batch batch = random_batch(kSixLengths);
  for (const Route route : {Route::subset, Route::full}) {
    auto configuration = tiny_configuration(text_encoder());
    configuration.evaluation.route = route;
    const auto model = make(configuration);
    EXPECT_LT(largest_difference(model->predict_complete(batch), model->predict(batch)[0]), 1e-6);
  }
}

// The paths differ in rounding alone, and do differ: a switch that did nothing would go unseen elsewhere.
TEST(MissModal, BothPathsGiveNearlyTheSameGradient) {
  for (const TextEncoder text_encoder : {TextEncoder::sequence, TextEncoder::bert}) {
    const auto model = make(tiny_configuration(text_encoder, 0.3));
    const Batch batch = random_batch(kSixLengths);
    std::vector<torch::Tensor> gradients;
    for (const testing::Path path : testing::kPaths) {
      const testing::Along along(path);
      losses(*model, batch, {1111, 5, 0}).total.backward();
      gradients.push_back(flat_gradient(*model));
    }
    EXPECT_FALSE(torch::equal(gradients[0], gradients[1]));
    EXPECT_LT((gradients[0] - gradients[1]).norm().item<double>(), 1e-5 * gradients[0].norm().item<double>());
  }
}

// Of a group's small last batch some members have nothing.
TEST_P(MissModalLaws, AnEmptyShareHasZeroLossesAndNoGradientButZeros) {
  auto configuration = tiny_configuration(text_encoder(), 0.3);
  configuration.loss.terms = {LossTerm::task, LossTerm::dis, LossTerm::sem};  // geo is of the whole batch
  const auto model = make(configuration);
  Batch none = pick(random_batch(kSixLengths), {});
  none.global_size = 6;
  const Losses found = losses(*model, none, {1111, 5, 6});
  for (const auto& [name, loss] : found.shares) EXPECT_EQ(loss.item<double>(), 0) << name;
  found.total.backward();
  EXPECT_EQ(flat_gradient(*model).abs().max().item<double>(), 0);
  const torch::NoGradGuard no_grad;
  EXPECT_EQ(model->predict(none).sizes(), (std::vector<std::int64_t>{7, 0}));
}

// What the interface does for any model, against MissModal's one pass.
TEST_P(MissModalLaws, SevenPassesPredictWhatOneDoes) {
  const torch::NoGradGuard no_grad;
  for (const ZeroAt zero_at : {ZeroAt::input, ZeroAt::representation}) {
    auto configuration = tiny_configuration(text_encoder());
    configuration.evaluation.route = Route::full;
    configuration.evaluation.zero_audio = zero_at;
    configuration.evaluation.zero_vision = zero_at;
    if (text_encoder() == TextEncoder::sequence) configuration.evaluation.zero_text = zero_at;
    const auto model = make(configuration);
    const Batch batch = random_batch(kSixLengths);
    EXPECT_LT(largest_difference(model->Model::predict(batch), model->predict(batch)), 1e-6);
  }
}

TEST_P(MissModalLaws, FloatsAreNearDoubles) {
  const Batch batch = random_batch(kSixLengths);
  const auto configuration = tiny_configuration(text_encoder(), 0.3);
  const auto single = make(configuration);
  const auto precise = make(configuration);
  precise->to(torch::kFloat64);
  losses(*single, batch, {1111, 2, 0}).total.backward();
  losses(*precise, testing::as(torch::kFloat64, batch), {1111, 2, 0}).total.backward();
  const torch::Tensor expected = flat_gradient(*precise);
  EXPECT_LT((flat_gradient(*single) - expected).norm().item<double>(), 1e-5 * expected.norm().item<double>());
}

INSTANTIATE_TEST_SUITE_P(TextEncoders, MissModalLaws,
                         ::testing::Combine(::testing::Values(TextEncoder::sequence, TextEncoder::bert),
                                            ::testing::ValuesIn(testing::kPaths)),
                         [](const auto& parameter) {
                           const bool bert = std::get<0>(parameter.param) == TextEncoder::bert;
                           return (bert ? "bert_" : "sequence_") +
                                  testing::name(std::get<1>(parameter.param));
                         });

// Without geo, dis and sem the incomplete fusions never see a gradient, so nothing may be scored through
// them.
TEST(MissModal, WithTheTaskLossAloneOnlyTheFullFusionIsUsed) {
  auto configuration = tiny_configuration(TextEncoder::sequence);
  configuration.loss.terms = {LossTerm::task};
  const auto model = make(configuration);
  const Batch batch = random_batch(kSixLengths);
  torch::Tensor before;
  {
    const torch::NoGradGuard no_grad;
    before = model->predict(batch);
    for (auto& item : model->named_parameters()) {
      EXPECT_EQ(model->is_used(item.key()),
                item.key().rfind("fusion.", 0) != 0 || item.key().rfind("fusion.TAV.", 0) == 0)
          << item.key();
      if (!model->is_used(item.key())) item.value().fill_(1e6);
    }
    EXPECT_TRUE(torch::equal(model->predict(batch), before));
  }
  const Losses found = losses(*model, batch, {});
  ASSERT_EQ(found.shares.size(), 2U);
  EXPECT_EQ(found.shares[1].first, "task");
  EXPECT_TRUE(torch::equal(found.shares[1].second, found.total.detach()));
}

TEST(MissModal, RefusesARouteThatScoresUntrainedFusions) {
  auto configuration = tiny_configuration(TextEncoder::sequence);
  configuration.loss.terms = {LossTerm::task};
  configuration.evaluation.route = Route::subset;
  EXPECT_THROW(make(configuration), InputError);
}

TEST(MissModal, RefusesZeroTokens) {
  auto configuration = tiny_configuration(TextEncoder::bert);
  configuration.evaluation.route = Route::full;
  configuration.evaluation.zero_text = ZeroAt::input;
  EXPECT_THROW(make(configuration), InputError);
}

TEST(MissModal, HasTheParametersOfThePaperSizedNetwork) {
  sweeps::Configuration configuration;
  const MissModal model(configuration, {0, 5, 20},
                        R"({"vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12,
                            "num_attention_heads": 12, "intermediate_size": 3072, "max_position_embeddings": 512,
                            "type_vocab_size": 2})");
  std::int64_t all = 0;
  std::int64_t pretrained = 0;
  for (const auto& item : model.named_parameters()) {
    all += item.value().numel();
    if (item.key().starts_with("text.bert.")) pretrained += item.value().numel();
  }
  EXPECT_EQ(all, 110819073);
  EXPECT_EQ(all - pretrained, 1927425);
}

}  // namespace
}  // namespace missmodal::trainer
