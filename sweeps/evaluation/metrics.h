#pragma once
// The field's metrics in double precision, as docs/evaluation.md defines them: utterance by utterance first,
// so that every missing-modality condition is a sum over judgements that are already made.

#include <cstdint>
#include <span>
#include <vector>

#include "sweeps/label_scale.h"
#include "sweeps/trial_result.h"

namespace missmodal::sweeps {

// Six counts that are added up together: one addition for three of them, and no branch.
class Counts {
 public:
  // On the scale of one: same_of_3 instead of same_of_7, and nothing of those without zeros.
  enum Kind {
    same_of_7,
    positive_has0,
    true_positive_has0,
    same_of_5,
    positive_non0,
    true_positive_non0,
    same_of_3 = same_of_7
  };
  static constexpr std::int64_t kMost = (1 << 21) - 1;  // what a count can hold

  void add(Kind kind, bool counts) { words_[kind / 3] += std::uint64_t{counts} << kBits * (kind % 3); }
  void add(const Counts& other) {
    words_[0] += other.words_[0];
    words_[1] += other.words_[1];
  }
  std::int64_t of(Kind kind) const { return words_[kind / 3] >> kBits * (kind % 3) & kMost; }

 private:
  static constexpr int kBits = 21;
  std::uint64_t words_[2] = {};
};

// What one prediction p of a label y contributes to every metric.
struct Judgement {
  double prediction = 0;  // p; on the scale of one clipped to it
  double error = 0;       // |p - y|; on the scale of one of both clipped
  Counts counts;
};

// Judgements added up, in the order of the utterances: of the same judgements always the same bits.
struct Sums {
  // Pearson's sums are relative to the first utterance, so that constant predictions have exactly no
  // variance.
  double first_prediction = 0;
  double error = 0;
  double p = 0, pp = 0, py = 0;
  Counts counts;

  void add(const Judgement& judgement, double shifted_label) {
    const double shifted = judgement.prediction - first_prediction;
    error += judgement.error;
    p += shifted;
    pp += shifted * shifted;
    py += shifted * shifted_label;
    counts.add(judgement.counts);
  }
};

// The labels of a split, and what they alone decide. Immutable.
class Truth {
 public:
  // Precondition: at least one and at most Counts::kMost labels.
  Truth(std::span<const float> labels, LabelScale scale);

  std::size_t size() const { return labels_.size(); }
  Judgement judge(float prediction, std::size_t utterance) const;
  double shifted(std::size_t utterance) const { return shifted_[utterance]; }  // relative to the first label

  // Of sums over every utterance; all NULL where a prediction was not finite.
  Metrics metrics(const Sums& sums) const;

 private:
  LabelScale scale_;
  std::vector<double> labels_;  // on the scale of one clipped to it
  std::vector<double> shifted_;
  double y_ = 0, yy_ = 0;  // shifted
  std::int64_t positive_has0_ = 0;
  std::int64_t non0_ = 0;
  std::int64_t positive_non0_ = 0;
};

// Precondition: same size, as of Truth. A prediction that is not finite makes every metric NULL.
Metrics score(std::span<const float> predictions, std::span<const float> labels,
              LabelScale scale = LabelScale::three);

}  // namespace missmodal::sweeps
