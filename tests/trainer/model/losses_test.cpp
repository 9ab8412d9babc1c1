#include "trainer/model/losses.h"

#include <gtest/gtest.h>

namespace missmodal::trainer {
namespace {

using sweeps::DisForm;
using sweeps::GeoForm;

const torch::Tensor kFull = torch::tensor({{1.0, 0.0}, {0.0, 1.0}, {1.0, 1.0}}, torch::kFloat64);
const torch::Tensor kPartial = torch::tensor({{{1.0, 0.5}, {-0.5, 1.0}, {1.0, 0.2}}}, torch::kFloat64);

torch::Tensor of_features(const torch::Tensor& full, const torch::Tensor& partial, double temperature,
                          GeoForm form) {
  return geometric_loss(unit_rows(full), unit_rows(partial), temperature, form);
}

TEST(GeometricLoss, HasTheKnownValues) {
  const auto loss = [](double temperature, GeoForm form) {
    return of_features(kFull, kPartial, temperature, form).item<double>();
  };
  EXPECT_NEAR(loss(0.5, GeoForm::gmc), 1.121326, 5e-7);
  EXPECT_NEAR(loss(0.5, GeoForm::negatives), 1.080400, 5e-7);
  EXPECT_NEAR(loss(0.7, GeoForm::gmc), 1.208448, 5e-7);
  EXPECT_NEAR(loss(0.7, GeoForm::negatives), 1.230276, 5e-7);
  EXPECT_NEAR(loss(0.9, GeoForm::gmc), 1.272313, 5e-7);
  EXPECT_NEAR(loss(0.9, GeoForm::negatives), 1.330061, 5e-7);
}

TEST(GeometricLoss, IsTheMeanOverSubsets) {
  const torch::Tensor other = kPartial.flip(1);
  for (const GeoForm form : {GeoForm::gmc, GeoForm::negatives}) {
    const double together = of_features(kFull, torch::cat({kPartial, other}), 0.7, form).item<double>();
    const double apart = of_features(kFull, kPartial, 0.7, form).item<double>() +
                         of_features(kFull, other, 0.7, form).item<double>();
    EXPECT_NEAR(together, apart / 2, 1e-12);
  }
}

TEST(GeometricLoss, OfOneUtteranceIsZeroWithZeroGradient) {
  for (const GeoForm form : {GeoForm::gmc, GeoForm::negatives}) {
    const torch::Tensor full = kFull.slice(0, 0, 1).clone().requires_grad_();
    const torch::Tensor loss = of_features(full, kPartial.slice(1, 0, 1), 0.7, form);
    loss.backward();
    EXPECT_EQ(loss.item<double>(), 0);
    EXPECT_EQ(full.grad().abs().max().item<double>(), 0);
  }
}

TEST(GeometricLoss, StaysFiniteAtSmallTemperatures) {
  for (const GeoForm form : {GeoForm::gmc, GeoForm::negatives}) {
    const torch::Tensor loss =
        of_features(kFull.to(torch::kFloat32), kPartial.to(torch::kFloat32), 1e-3, form);
    EXPECT_TRUE(std::isfinite(loss.item<double>()));
  }
}

TEST(DistanceLoss, HasItsThreeForms) {
  // Squared distances .25, .25, .64.
  EXPECT_NEAR(distance_loss(kFull, kPartial, 3, DisForm::mean_sq).item<double>(), 1.14 / 3 / 2, 1e-12);
  EXPECT_NEAR(distance_loss(kFull, kPartial, 3, DisForm::sq).item<double>(), 1.14 / 3, 1e-12);
  EXPECT_NEAR(distance_loss(kFull, kPartial, 3, DisForm::l2).item<double>(), 1.8 / 3, 1e-12);
}

TEST(DistanceLoss, HasAGradientWhereFeaturesAreEqual) {
  const torch::Tensor full = kFull.clone().requires_grad_();
  distance_loss(full, kFull.unsqueeze(0), 3, DisForm::l2).backward();
  EXPECT_EQ(full.grad().abs().max().item<double>(), 0);
}

TEST(PredictionLoss, IsTheMeanAbsoluteError) {
  const torch::Tensor labels = torch::tensor({1.0, -1.0}, torch::kFloat64);
  const torch::Tensor predictions = torch::tensor({{0.5, 1.0}, {1.0, -1.0}}, torch::kFloat64);
  EXPECT_DOUBLE_EQ(prediction_loss(predictions[0], labels, 2).item<double>(), 1.25);
  EXPECT_DOUBLE_EQ(prediction_loss(predictions, labels, 2).item<double>(), 0.625);
}

}  // namespace
}  // namespace missmodal::trainer
