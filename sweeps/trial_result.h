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

// evaluation.md section 4; nothing means NULL.
struct Metrics {
  std::int64_t n = 0;
  double mae = 0;
  std::optional<double> corr;
  double acc7 = 0;
  double acc5 = 0;
  double acc2_has0 = 0;
  std::optional<double> f1_has0;
  std::optional<double> acc2_non0;
  std::optional<double> f1_non0;
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

enum class Outcome { finished, diverged, interrupted };

struct TrialResult {
  Outcome outcome = Outcome::finished;
  std::int64_t diverged_step = 0;  // 1-based optimiser step; 0 unless diverged
  int best_epoch = 0;
  std::vector<EpochRecord> epochs;
  std::vector<SplitPredictions> predictions;  // valid, test; empty unless finished
  std::vector<MetricRow> metrics;             // empty unless finished
  double train_seconds = 0;
  double evaluate_seconds = 0;
  std::int64_t parameters = 0;         // counting only what is used
  std::int64_t peak_memory_bytes = 0;  // resident, of the process that trained
};

}  // namespace missmodal::sweeps
