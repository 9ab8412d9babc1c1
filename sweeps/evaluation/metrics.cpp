#include "sweeps/evaluation/metrics.h"

#include <algorithm>
#include <cmath>

#include "sweeps/error.h"

namespace missmodal::sweeps {
namespace {

constexpr double kNoVariance = 1e-12;

// std::nearbyint rounds half to even in the default rounding mode, which nobody here changes.
bool same_class(double prediction, double label, double limit) {
  return std::nearbyint(std::clamp(prediction, -limit, limit)) ==
         std::nearbyint(std::clamp(label, -limit, limit));
}

double f1(std::int64_t true_positive, std::int64_t false_positive, std::int64_t false_negative) {
  const std::int64_t denominator = 2 * true_positive + false_positive + false_negative;
  return denominator == 0 ? 0 : 2.0 * static_cast<double>(true_positive) / static_cast<double>(denominator);
}

}  // namespace

Judgement judge(float prediction, float label) {
  const double p = prediction;
  const double y = label;
  return {p, std::abs(p - y), same_class(p, y, 3), same_class(p, y, 2), p >= 0, p > 0};
}

double Tally::Confusion::accuracy() const {
  return static_cast<double>(counts[0][0] + counts[1][1]) / static_cast<double>(total());
}

double Tally::Confusion::weighted_f1() const {
  const double negative_f1 = f1(counts[0][0], counts[1][0], counts[0][1]);
  const double positive_f1 = f1(counts[1][1], counts[0][1], counts[1][0]);
  const auto negatives = static_cast<double>(counts[0][0] + counts[0][1]);
  const auto positives = static_cast<double>(counts[1][0] + counts[1][1]);
  return (negatives * negative_f1 + positives * positive_f1) / (negatives + positives);
}

void Tally::add(const Judgement& judgement, float label) {
  const double y = label;
  if (n_ == 0) {
    first_prediction_ = judgement.prediction;
    first_label_ = y;
  }
  ++n_;
  error_ += judgement.error;
  acc7_ += judgement.acc7 ? 1 : 0;
  acc5_ += judgement.acc5 ? 1 : 0;
  has0_.add(y >= 0, judgement.positive_has0);
  if (y != 0) non0_.add(y > 0, judgement.positive_non0);
  const double p_shifted = judgement.prediction - first_prediction_;
  const double y_shifted = y - first_label_;
  p_ += p_shifted;
  pp_ += p_shifted * p_shifted;
  y_ += y_shifted;
  yy_ += y_shifted * y_shifted;
  py_ += p_shifted * y_shifted;
}

Metrics Tally::metrics() const {
  MISSMODAL_CHECK(n_ > 0);
  const auto n = static_cast<double>(n_);
  Metrics metrics;
  metrics.n = n_;
  metrics.mae = error_ / n;
  metrics.acc7 = static_cast<double>(acc7_) / n;
  metrics.acc5 = static_cast<double>(acc5_) / n;
  metrics.acc2_has0 = has0_.accuracy();
  metrics.f1_has0 = has0_.weighted_f1();
  if (non0_.total() > 0) {
    metrics.acc2_non0 = non0_.accuracy();
    metrics.f1_non0 = non0_.weighted_f1();
  }
  const double p_variance = (pp_ - p_ * p_ / n) / n;
  const double y_variance = (yy_ - y_ * y_ / n) / n;
  if (p_variance >= kNoVariance && y_variance >= kNoVariance) {
    metrics.corr = (py_ - p_ * y_ / n) / n / std::sqrt(p_variance * y_variance);
  }
  return metrics;
}

Metrics score(std::span<const float> predictions, std::span<const float> labels) {
  MISSMODAL_CHECK(predictions.size() == labels.size());
  Tally tally;
  for (std::size_t i = 0; i < labels.size(); ++i) tally.add(judge(predictions[i], labels[i]), labels[i]);
  return tally.metrics();
}

}  // namespace missmodal::sweeps
