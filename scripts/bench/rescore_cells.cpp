// Makes a database of trained cells that were scored for another evaluation, for scripts/bench/rescore.
//   rescore_cells DB CELLS

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "results/store.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/sha256.h"

namespace missmodal::results {
namespace {

constexpr int kValid = 229;
constexpr int kTest = 686;
constexpr int kCellsACommit = 500;

// Numbers in -3..3 in no order that matters.
class Numbers {
 public:
  float next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    return static_cast<float>(state_ >> 40) / static_cast<float>(1 << 24) * 6 - 3;
  }

 private:
  std::uint64_t state_ = 1;
};

SplitRecord split(sweeps::SplitName name, int size, Numbers& numbers) {
  SplitRecord record{name, {}, {}};
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
    // As many rows as the new ones, so that the old ones cost what they cost.
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

void make(const std::string& file, int cells) {
  Numbers numbers;
  Provenance provenance;
  provenance.sweep_name = "bench";
  provenance.dataset_sha256 = std::string(64, 'd');
  provenance.dataset_report = "{}";
  provenance.evaluation.draws = 19;
  const std::vector<StageRecord> stages{{"final", "", false, cells}};
  const std::vector<SplitRecord> splits{split(sweeps::SplitName::valid, kValid, numbers),
                                        split(sweeps::SplitName::test, kTest, numbers)};
  Store store(file, provenance, stages, splits);
  StagePlanned planned{"final", {}};
  for (int i = 0; i < cells; ++i) {
    sweeps::PlannedCell cell;
    cell.configuration = fmt::format(
        R"({{"evaluation":{{"route":"subset"}},"loss":{{"terms":["task","geo"]}},"model":{{"name":"missmodal"}},"seed":{}}})",
        i);
    cell.id = hex(sha256(cell.configuration));
    cell.stage = "final";
    cell.plan_index = i;
    cell.point = "{}";
    planned.cells.push_back(std::move(cell));
  }
  store.commit(std::vector<Change>{planned});
  for (int i = 0; i < cells; i += kCellsACommit) {
    std::vector<Change> changes;
    for (int k = i; k < std::min(cells, i + kCellsACommit); ++k) {
      const std::string& id = planned.cells[static_cast<std::size_t>(k)].id;
      changes.emplace_back(AttemptStarted{id, 1, k + 1, {{1, "host", "cpu"}}});
      changes.emplace_back(AttemptFinished{id, 1, trained(numbers)});
    }
    store.commit(changes);
  }
}

}  // namespace
}  // namespace missmodal::results

int main(int argc, char** argv) {
  using namespace missmodal;
  int cells = 0;
  if (argc != 3 || std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), cells).ec != std::errc() ||
      cells < 1) {
    fmt::print(stderr, "rescore_cells: usage: rescore_cells DB CELLS\n");
    return kExitBadInput;
  }
  try {
    results::make(argv[1], cells);
  } catch (const std::exception& error) {
    fmt::print(stderr, "rescore_cells: {}\n", error.what());
    return kExitTrouble;
  }
  return kExitOk;
}
