#include "coordinator/selection_metric.h"

#include "sweeps/error.h"

namespace missmodal::coordinator {
namespace {

std::optional<double> metric_of(const sweeps::Metrics& m, const std::string& name) {
  if (name == "mae") return m.mae;
  if (name == "corr") return m.corr;
  if (name == "acc7") return m.acc7;
  if (name == "acc5") return m.acc5;
  if (name == "acc2_has0") return m.acc2_has0;
  if (name == "f1_has0") return m.f1_has0;
  if (name == "acc2_non0") return m.acc2_non0;
  if (name == "f1_non0") return m.f1_non0;
  if (name == "acc3") return m.acc3;
  throw InputError("select.metric", "unknown metric " + name);
}

}  // namespace

std::optional<double> selection_metric(const sweeps::TrialResult& result,
                                       const sweeps::Selection& selection) {
  const auto kind = selection.condition.drawn() ? sweeps::RowKind::mean : sweeps::RowKind::fixed;
  for (const sweeps::MetricRow& row : result.metrics) {
    if (row.split == sweeps::SplitName::valid && row.kind == kind && row.condition == selection.condition) {
      return metric_of(row.metrics, selection.metric);
    }
  }
  return std::nullopt;
}

}  // namespace missmodal::coordinator
