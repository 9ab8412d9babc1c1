#include "sweeps/evaluation/metrics.h"

#include <algorithm>
#include <array>
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

// The cuts between the classes of the scale of one, each belonging to the class below it: as MMSA has them
// for CH-SIMS (src/MMSA/utils/metricsTop.py), which compares in single precision.
constexpr std::array kThree{-.1F, .1F};
constexpr std::array kFive{-.7F, -.1F, .1F, .7F};

template <std::size_t N>
auto class_of(double value, const std::array<float, N>& cuts) {
  return std::lower_bound(cuts.begin(), cuts.end(), value) - cuts.begin();
}

// What is not finite stays so, and is found by its error.
double clipped(double value) {
  return std::isfinite(value) ? std::clamp(value, -1.0, 1.0) : value;
}

// Two classes: counts by truth and prediction, from the positive ones of each.
class Confusion {
 public:
  Confusion(std::int64_t utterances, std::int64_t positive_truths, std::int64_t positive_predictions,
            std::int64_t true_positive)
      : true_positive_(true_positive),
        false_positive_(positive_predictions - true_positive),
        false_negative_(positive_truths - true_positive),
        true_negative_(utterances - positive_truths - false_positive_) {}

  std::int64_t right() const { return true_positive_ + true_negative_; }
  double accuracy() const { return static_cast<double>(right()) / static_cast<double>(total()); }

  // The two classes' F1 weighted by their support in the truth; 0/0 is 0.
  double weighted_f1() const {
    const auto positives = static_cast<double>(true_positive_ + false_negative_);
    const auto negatives = static_cast<double>(true_negative_ + false_positive_);
    return (negatives * f1(true_negative_) + positives * f1(true_positive_)) / static_cast<double>(total());
  }

 private:
  std::int64_t total() const { return right() + false_positive_ + false_negative_; }
  double f1(std::int64_t right_of_class) const {
    const std::int64_t denominator = 2 * right_of_class + false_positive_ + false_negative_;
    return denominator == 0 ? 0
                            : 2.0 * static_cast<double>(right_of_class) / static_cast<double>(denominator);
  }

  std::int64_t true_positive_, false_positive_, false_negative_, true_negative_;
};

}  // namespace

Truth::Truth(std::span<const float> labels, LabelScale scale)
    : scale_(scale), labels_(labels.begin(), labels.end()) {
  MISSMODAL_CHECK(!labels.empty() && labels.size() <= static_cast<std::size_t>(Counts::kMost));
  const bool one = scale == LabelScale::one;
  for (double& y : labels_) {
    if (one) y = clipped(y);
    shifted_.push_back(y - labels_.front());
    y_ += shifted_.back();
    yy_ += shifted_.back() * shifted_.back();
    positive_has0_ += (one ? y > 0 : y >= 0) ? 1 : 0;
    non0_ += y != 0 ? 1 : 0;
    positive_non0_ += y > 0 ? 1 : 0;
  }
}

Judgement Truth::judge(float prediction, std::size_t utterance) const {
  const bool one = scale_ == LabelScale::one;
  const double p = one ? clipped(prediction) : prediction;
  const double y = labels_[utterance];
  Judgement judgement{p, std::abs(p - y), {}};
  if (one) {
    judgement.counts.add(Counts::same_of_3, class_of(p, kThree) == class_of(y, kThree));
    judgement.counts.add(Counts::same_of_5, class_of(p, kFive) == class_of(y, kFive));
    judgement.counts.add(Counts::positive_has0, p > 0);
    judgement.counts.add(Counts::true_positive_has0, p > 0 && y > 0);
    return judgement;
  }
  judgement.counts.add(Counts::same_of_7, same_class(p, y, 3));
  judgement.counts.add(Counts::same_of_5, same_class(p, y, 2));
  judgement.counts.add(Counts::positive_has0, p >= 0);
  judgement.counts.add(Counts::true_positive_has0, p >= 0 && y >= 0);
  judgement.counts.add(Counts::positive_non0, p > 0 && y != 0);
  judgement.counts.add(Counts::true_positive_non0, p > 0 && y > 0);
  return judgement;
}

Metrics Truth::metrics(const Sums& sums) const {
  const auto n = static_cast<double>(size());
  Metrics metrics;
  metrics.n = static_cast<std::int64_t>(size());
  // Errors have one sign, so nothing that is not finite can cancel out.
  if (!std::isfinite(sums.error)) return metrics;
  const Confusion has0(metrics.n, positive_has0_, sums.counts.of(Counts::positive_has0),
                       sums.counts.of(Counts::true_positive_has0));
  metrics.mae = sums.error / n;
  const bool one = scale_ == LabelScale::one;
  (one ? metrics.acc3 : metrics.acc7) = static_cast<double>(sums.counts.of(Counts::same_of_7)) / n;
  metrics.acc5 = static_cast<double>(sums.counts.of(Counts::same_of_5)) / n;
  metrics.acc2_has0 = has0.accuracy();
  metrics.f1_has0 = has0.weighted_f1();
  if (!one && non0_ > 0) {
    const Confusion non0(non0_, positive_non0_, sums.counts.of(Counts::positive_non0),
                         sums.counts.of(Counts::true_positive_non0));
    metrics.acc2_non0 = non0.accuracy();
    metrics.f1_non0 = non0.weighted_f1();
  }
  const double p_variance = (sums.pp - sums.p * sums.p / n) / n;
  const double y_variance = (yy_ - y_ * y_ / n) / n;
  if (p_variance >= kNoVariance && y_variance >= kNoVariance) {
    metrics.corr = (sums.py - sums.p * y_ / n) / n / std::sqrt(p_variance * y_variance);
  }
  return metrics;
}

Metrics score(std::span<const float> predictions, std::span<const float> labels, LabelScale scale) {
  MISSMODAL_CHECK(predictions.size() == labels.size());
  const Truth truth(labels, scale);
  Sums sums;
  sums.first_prediction = truth.judge(predictions.front(), 0).prediction;
  for (std::size_t i = 0; i < labels.size(); ++i) sums.add(truth.judge(predictions[i], i), truth.shifted(i));
  return truth.metrics(sums);
}

}  // namespace missmodal::sweeps
