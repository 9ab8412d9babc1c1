#pragma once
// The field's metrics in double precision, as docs/evaluation.md defines them: utterance by utterance first,
// so that every missing-modality condition is a sum over judgements that are already made.

#include <cstdint>
#include <span>
#include <vector>

#include "sweeps/trial_result.h"

namespace missmodal::sweeps {

// What one prediction p of a label y contributes to every metric.
struct Judgement {
  double prediction = 0;
  double error = 0;            // |p - y|, nothing clipped
  bool acc7 = false;           // equal after clipping to +-3 and rounding half to even
  bool acc5 = false;           // the same with +-2
  bool positive_has0 = false;  // p >= 0
  bool positive_non0 = false;  // p > 0
};
Judgement judge(float prediction, float label);

// Adds up judgements, one utterance at a time in utterance order, and turns the sums into metrics.
class Tally {
 public:
  void add(const Judgement& judgement, float label);
  Metrics metrics() const;  // precondition: something was added

 private:
  struct Confusion {  // counts by [truth is positive][prediction is positive]
    std::int64_t counts[2][2] = {};
    void add(bool truth, bool prediction) { ++counts[truth ? 1 : 0][prediction ? 1 : 0]; }
    std::int64_t total() const { return counts[0][0] + counts[0][1] + counts[1][0] + counts[1][1]; }
    double accuracy() const;
    double weighted_f1() const;  // the two classes' F1 weighted by their support in the truth; 0/0 is 0
  };

  std::int64_t n_ = 0;
  double error_ = 0;
  std::int64_t acc7_ = 0;
  std::int64_t acc5_ = 0;
  Confusion has0_;
  Confusion non0_;
  // Sums for Pearson's r, relative to the first utterance, so that constant predictions have exactly no
  // variance.
  double first_prediction_ = 0;
  double first_label_ = 0;
  double p_ = 0, pp_ = 0, y_ = 0, yy_ = 0, py_ = 0;
};

// Precondition: same, non-zero size.
Metrics score(std::span<const float> predictions, std::span<const float> labels);

}  // namespace missmodal::sweeps
