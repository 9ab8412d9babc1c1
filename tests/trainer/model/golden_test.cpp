// The model against plain PyTorch, tensor by tensor, along both paths: golden/*.safetensors, written by
// scripts/make_golden.py.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <tuple>

#include "sweeps/configuration.h"
#include "tests/trainer/model/paths.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/data/safetensors/safetensors.h"
#include "trainer/model/cudnn_weights.h"
#include "trainer/model/index_pack.h"
#include "trainer/model/missmodal.h"
#include "trainer/model/stored_tensor.h"
#include "trainer/optimizer.h"
#include "trainer/precision.h"

namespace missmodal::trainer {
namespace {

using sweeps::LossTerm;

struct Tolerance {
  double absolute;
  double relative;
};
constexpr Tolerance kEncoded{2e-6, 1e-5};
constexpr Tolerance kPredictions{2e-6, 1e-5};
constexpr Tolerance kLoss{2e-6, 2e-6};
constexpr Tolerance kGradient{2e-6, 1e-4};
constexpr Tolerance kTenLosses{2e-5, 1e-4};  // Adam's first steps have the size of the gradient's sign
constexpr Tolerance kTenNorms{2e-4, 1e-3};

class Golden : public ::testing::TestWithParam<std::tuple<const char*, testing::Path>> {
 protected:
  Golden()
      : device_(testing::device(std::get<1>(GetParam()))),
        along_(std::get<1>(GetParam())),
        file_(std::filesystem::path(MISSMODAL_GOLDEN_DIR) /
              (std::string(std::get<0>(GetParam())) + ".safetensors")),
        configuration_(configuration()),
        model_(make()) {}

  void SetUp() override {
    if (testing::is_missing(std::get<1>(GetParam()))) GTEST_SKIP() << "LibTorch sees no GPU";
  }

  torch::Tensor tensor(const std::string& name) const { return to_float32(file_.tensor(name)); }

  sweeps::Configuration configuration() const {
    const bool bert = file_.metadata("text_encoder") == "bert";
    auto result =
        testing::tiny_configuration(bert ? sweeps::TextEncoder::bert : sweeps::TextEncoder::sequence);
    result.loss.beta = 0.25;
    result.loss.geo = file_.metadata("geo") == "gmc" ? sweeps::GeoForm::gmc : sweeps::GeoForm::negatives;
    result.loss.dis = file_.metadata("dis") == "mean_sq" ? sweeps::DisForm::mean_sq
                      : file_.metadata("dis") == "sq"    ? sweeps::DisForm::sq
                                                         : sweeps::DisForm::l2;
    if (file_.metadata("terms") == "task") result.loss.terms = {LossTerm::task};
    result.training.learning_rate = 1e-2;
    result.training.text_learning_rate = 2e-3;
    return result;
  }

  std::shared_ptr<MissModal> make() const {
    std::string bert;
    if (file_.metadata("text_encoder") == "bert") bert = without_dropout(file_.metadata("bert_config"));
    auto model = std::make_shared<MissModal>(configuration_, testing::kTinyWidths, bert);
    const torch::NoGradGuard no_grad;
    for (auto& item : model->named_parameters()) item.value().copy_(tensor("parameter." + item.key()));
    model->to(device_);
    flatten_cudnn_weights(*model);
    return model;
  }

  static std::string without_dropout(std::string bert) {
    for (std::size_t at = 0; (at = bert.find("_prob\": 0.1", at)) != std::string::npos;)
      bert.replace(at + 8, 3, "0.0");
    return bert;
  }

  Batch batch() const {
    Batch batch;
    IndexPack pack;
    for (const Modality modality : kModalities) {
      const auto lengths = file_.ints("lengths." + std::string(name(modality)), 1);
      RaggedBatch& ragged = batch.sequences[static_cast<unsigned>(modality)];
      ragged.layout = RaggedLayout({lengths.begin(), lengths.end()}, pack);
      const std::string input = "input." + std::string(name(modality));
      if (file_.tensor(input).dtype == DType::F32) {
        ragged.rows = tensor(input).to(device_);
        continue;
      }
      const auto ids = file_.ints(input, 1);
      batch.tokens = {
          torch::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), torch::kInt64).to(device_),
          ragged.layout};
    }
    pack.send(device_);
    batch.labels = tensor("labels").to(device_);
    batch.global_size = batch.size();
    return batch;
  }

  void expect_equal(const torch::Tensor& found, const std::string& name, Tolerance tolerance) const {
    const torch::Tensor ours = found.detach().cpu();
    const torch::Tensor theirs = tensor(name);
    ASSERT_EQ(ours.sizes().vec(), theirs.sizes().vec()) << name;
    EXPECT_TRUE(torch::allclose(ours, theirs, tolerance.relative, tolerance.absolute))
        << name << " differs by " << testing::largest_difference(ours, theirs);
  }

  const Tf32 tf32_{sweeps::Precision::fp32};
  torch::Device device_;
  testing::Along along_;
  SafetensorsFile file_;
  sweeps::Configuration configuration_;
  std::shared_ptr<MissModal> model_;
};

TEST_P(Golden, EveryModalitysVector) {
  const torch::NoGradGuard no_grad;
  const Encoded encoded = model_->encode(batch(), DropoutStream());
  for (const Modality modality : kModalities) {
    expect_equal(encoded[static_cast<unsigned>(modality)], "encoded." + std::string(name(modality)),
                 kEncoded);
  }
}

TEST_P(Golden, PredictionsOfEverySubset) {
  const torch::NoGradGuard no_grad;
  const bool task_only = file_.metadata("terms") == "task";
  expect_equal(model_->predict(batch()), task_only ? "predictions.full" : "predictions.subset", kPredictions);
}

TEST_P(Golden, PredictionsThroughTheFullNetwork) {
  const torch::NoGradGuard no_grad;
  configuration_.evaluation.route = sweeps::Route::full;
  expect_equal(make()->predict(batch()), "predictions.full", kPredictions);
}

TEST_P(Golden, LossesAndEveryGradient) {
  const Losses losses = testing::losses(*model_, batch(), {});
  losses.total.backward();
  expect_equal(losses.total, "loss.total", kLoss);
  for (const auto& [name, loss] : losses.shares) expect_equal(loss, "loss." + name, kLoss);
  EXPECT_EQ(losses.shares.size(), 1 + configuration_.loss.terms.size());
  for (const auto& item : model_->named_parameters()) {
    const bool expected = file_.tensors().count("gradient." + item.key()) > 0;
    EXPECT_EQ(item.value().grad().defined(), expected) << item.key();
    EXPECT_EQ(model_->is_used(item.key()), expected) << item.key();
    if (expected) expect_equal(item.value().grad(), "gradient." + item.key(), kGradient);
  }
}

TEST_P(Golden, TenTrainingSteps) {
  Optimizer optimizer(*model_, model_->optimizers(configuration_.training).front());
  std::vector<torch::Tensor> totals;
  std::vector<double> norms;
  for (int step = 0; step < 10; ++step) {
    const Losses losses = testing::losses(*model_, batch(), {1111, step, 0});
    optimizer.zero_grad();
    losses.total.backward();
    totals.push_back(losses.total.detach());
    norms.push_back(optimizer.step().norm.item<double>());
  }
  expect_equal(torch::stack(totals), "ten.losses", kTenLosses);
  expect_equal(torch::tensor(norms).to(torch::kFloat32), "ten.norms", kTenNorms);
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden,
                         ::testing::Combine(::testing::Values("sequence_gmc_mean_sq", "sequence_negatives_sq",
                                                              "sequence_task", "bert_gmc_l2", "bert_task"),
                                            ::testing::ValuesIn(testing::kPaths)),
                         [](const auto& parameter) {
                           return std::string(std::get<0>(parameter.param)) + "_" +
                                  testing::name(std::get<1>(parameter.param));
                         });

}  // namespace
}  // namespace missmodal::trainer
