#pragma once
// What one attempt at a cell yields: the numbers that travel from the trainer over the wire into the store.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/condition.h"

namespace missmodal::sweeps {

enum class SplitName { train, valid, test };
std::string_view name(SplitName split);

// docs/evaluation.md, "Metrics"; nothing means NULL: not defined, or a prediction was not finite (then all
// are NULL).
struct Metrics {
  std::int64_t n = 0;
  std::optional<double> mae;
  std::optional<double> corr;
  std::optional<double> acc7;
  std::optional<double> acc5;
  std::optional<double> acc2_has0;
  std::optional<double> f1_has0;
  std::optional<double> acc2_non0;
  std::optional<double> f1_non0;
  std::optional<double> acc3;
};

enum class RowKind { fixed, mean, sd, first, expected };
std::string_view name(RowKind kind);

struct MetricRow {
  SplitName split = SplitName::test;
  Condition condition;
  RowKind kind = RowKind::fixed;
  Metrics metrics;
};

struct EpochRecord {
  int epoch = 0;                         // from 1
  std::map<std::string, double> losses;  // "total" and each term, sample-weighted means over the epoch
  double valid_mae = 0;                  // complete modalities
  std::optional<double> valid_corr;
  bool best = false;  // the best so far
  double train_seconds = 0;
};

struct SplitPredictions {
  SplitName split = SplitName::test;
  std::vector<float> values;  // 7 x N, row order of Subset
};

// Of a training: its initial model, and the one that was evaluated.
enum class Moment { before, after };
std::string_view name(Moment moment);

// F_S of some test utterances: what the predictor reads of each subset.
struct Representations {
  Moment moment = Moment::after;
  std::vector<std::int32_t> positions;  // of the n utterances in their split, ascending
  std::int64_t width = 0;
  std::vector<float> values;  // 7 x n x width, row order of Subset
};

enum class Outcome { finished, diverged, interrupted };

struct TrialResult {
  Outcome outcome = Outcome::finished;
  // 1-based optimiser step; 0 unless diverged, and where training went well but a prediction is not finite.
  std::int64_t diverged_step = 0;
  int best_epoch = 0;
  std::vector<EpochRecord> epochs;
  // valid, test; empty unless the training ran to its end
  std::vector<SplitPredictions> predictions;
  std::vector<MetricRow> metrics;
  std::vector<Representations> representations;  // before, after; empty unless asked for, and finished
  double train_seconds = 0;
  double evaluate_seconds = 0;
  std::int64_t parameters = 0;  // counting only what is used
  // Resident, of the process that trained, while this trial ran; nothing where the system cannot tell.
  std::optional<std::int64_t> peak_memory_bytes;
};

// False if any prediction is NaN or infinite: such a trial has diverged, whatever its training said.
bool predictions_are_finite(const TrialResult& result);

}  // namespace missmodal::sweeps
