#include "coordinator/selection_metric.h"

#include <gtest/gtest.h>

#include "sweeps/error.h"

namespace missmodal::coordinator {
namespace {

using sweeps::Family;
using sweeps::RowKind;
using sweeps::SplitName;

sweeps::MetricRow metric_row(SplitName split, sweeps::Condition condition, RowKind kind, double mae) {
  sweeps::MetricRow row{split, condition, kind, {}};
  row.metrics.mae = mae;
  return row;
}

TEST(SelectionMetric, TakesTheMeanOfADrawnConditionOnValidation) {
  const sweeps::Condition text50{Family::text, Subset::TAV, 50};
  sweeps::TrialResult result;
  result.metrics = {metric_row(SplitName::test, text50, RowKind::mean, 9),
                    metric_row(SplitName::valid, {}, RowKind::fixed, 8),
                    metric_row(SplitName::valid, text50, RowKind::sd, 7),
                    metric_row(SplitName::valid, text50, RowKind::mean, 6)};
  EXPECT_EQ(selection_metric(result, {"mae", text50, true}), 6);
  EXPECT_EQ(selection_metric(result, {"mae", {}, true}), 8);
}

TEST(SelectionMetric, IsNothingWhereNullOrNotEvaluated) {
  sweeps::TrialResult result;
  result.metrics = {metric_row(SplitName::valid, {}, RowKind::fixed, 8)};
  EXPECT_FALSE(selection_metric(result, {"corr", {}, false}).has_value());
  EXPECT_FALSE(selection_metric(result, {"mae", {Family::random, Subset::TAV, 10}, true}).has_value());
  EXPECT_THROW(selection_metric(result, {"accuracy", {}, true}), InputError);
}

}  // namespace
}  // namespace missmodal::coordinator
