#include "scripts/bench/mosi_cell.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "sweeps/condition.h"
#include "sweeps/subset.h"

namespace missmodal::bench {

results::SplitRecord split(sweeps::SplitName name, int size, Numbers& numbers) {
  results::SplitRecord record{name, {}, {}};
  for (int i = 0; i < size; ++i) {
    record.ids.push_back(fmt::format("clip{}$_${}", i / 20, i % 20));
    record.labels.push_back(numbers.next());
  }
  return record;
}

sweeps::TrialResult trained(Numbers& numbers) {
  sweeps::TrialResult result;
  result.best_epoch = 1;
  result.epochs = {{1, {{"total", 1.0}}, 1.0, std::nullopt, true, 0.5}};
  for (const auto& [name, size] :
       {std::pair(sweeps::SplitName::valid, kValid), {sweeps::SplitName::test, kTest}}) {
    sweeps::SplitPredictions& predictions = result.predictions.emplace_back();
    predictions.split = name;
    for (int i = 0; i < static_cast<int>(kSubsetCount) * size; ++i)
      predictions.values.push_back(numbers.next());
    for (const sweeps::Condition& condition : sweeps::paper_conditions()) {
      using sweeps::RowKind;
      const auto kinds = condition.drawn()
                             ? std::vector{RowKind::mean, RowKind::sd, RowKind::first, RowKind::expected}
                             : std::vector{RowKind::fixed};
      for (const RowKind kind : kinds) {
        result.metrics.push_back({name, condition, kind, {size, 1.0, 0.5, 0.3, 0.4, 0.7, 0.7, 0.7, 0.7}});
      }
    }
  }
  return result;
}

}  // namespace missmodal::bench
