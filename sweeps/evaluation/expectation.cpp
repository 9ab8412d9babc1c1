#include "sweeps/evaluation/expectation.h"

#include "sweeps/error.h"
#include "sweeps/evaluation/masks.h"

namespace missmodal::sweeps {
namespace {

class Weights {
 public:
  double& operator[](Subset subset) { return weights_[static_cast<std::size_t>(row(subset))]; }
  const std::array<double, kSubsetCount>& by_row() const { return weights_; }

 private:
  std::array<double, kSubsetCount> weights_{};
};

Weights one_subset(double affected, Subset keeps) {
  Weights weights;
  weights[Subset::TAV] = 1 - affected;
  weights[keeps] = affected;
  return weights;
}

Weights any_incomplete_subset(double affected) {
  Weights weights;
  for (Subset subset : kSubsets) weights[subset] = subset == Subset::TAV ? 1 - affected : affected / 6;
  return weights;
}

// `missing` of the 2n slots, two of each utterance; which two is uniform.
Weights missing_rate(double missing, double slots) {
  const double pairs = slots * (slots - 1);
  const double present = slots - missing;
  Weights weights;
  weights[Subset::TAV] = present * (present - 1) / pairs;
  for (Subset subset : {Subset::TA, Subset::TV, Subset::AV})
    weights[subset] = 2 * missing * present / (3 * pairs);
  for (Subset subset : {Subset::T, Subset::A, Subset::V})
    weights[subset] = missing * (missing - 1) / (3 * pairs);
  return weights;
}

// Text is missing with probability a, audio b, vision c, independently; of three, one is given back.
Weights imbalanced(double a, double b, double c) {
  const double given_back = a * b * c / 3;
  Weights weights;
  weights[Subset::TAV] = (1 - a) * (1 - b) * (1 - c);
  weights[Subset::TA] = (1 - a) * (1 - b) * c;
  weights[Subset::TV] = (1 - a) * b * (1 - c);
  weights[Subset::AV] = a * (1 - b) * (1 - c);
  weights[Subset::T] = (1 - a) * b * c + given_back;
  weights[Subset::A] = a * (1 - b) * c + given_back;
  weights[Subset::V] = a * b * (1 - c) + given_back;
  return weights;
}

Weights weights_of(const Condition& condition, std::size_t n) {
  const auto share = [n](int rate_percent) {
    return static_cast<double>(affected_count(rate_percent, n)) / static_cast<double>(n);
  };
  switch (condition.family) {
    case Family::text:
      return one_subset(share(condition.rate_percent), without(Modality::text));
    case Family::audio:
      return one_subset(share(condition.rate_percent), without(Modality::audio));
    case Family::vision:
      return one_subset(share(condition.rate_percent), without(Modality::vision));
    case Family::random:
      return any_incomplete_subset(share(condition.rate_percent));
    case Family::missing_rate:
      return missing_rate(static_cast<double>(missing_count(condition.rate_percent, n)),
                          static_cast<double>(2 * n));
    case Family::instance:
      return any_incomplete_subset(condition.rate_percent / 100.0);
    case Family::imbalanced:
      return imbalanced(share(condition.rates[0]), share(condition.rates[1]), share(condition.rates[2]));
    case Family::complete:
    case Family::subset:
      break;
  }
  MISSMODAL_CHECK(false);
  return {};
}

}  // namespace

std::array<double, kSubsetCount> subset_weights(const Condition& condition, std::size_t n) {
  MISSMODAL_CHECK(condition.drawn() && n > 0);
  return weights_of(condition, n).by_row();
}

}  // namespace missmodal::sweeps
