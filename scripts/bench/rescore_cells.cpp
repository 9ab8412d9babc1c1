// Makes a database of trained cells that were scored for another evaluation, for scripts/bench/rescore.
//   rescore_cells DB CELLS

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "results/store.h"
#include "scripts/bench/mosi_cell.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/sha256.h"

namespace missmodal::results {
namespace {

constexpr int kCellsACommit = 500;

void make(const std::string& file, int cells) {
  bench::Numbers numbers;
  Provenance provenance;
  provenance.sweep_name = "bench";
  provenance.dataset_sha256 = std::string(64, 'd');
  provenance.dataset_report = "{}";
  provenance.evaluation.draws = 19;
  const std::vector<StageRecord> stages{{"final", "", false, cells}};
  const std::vector<SplitRecord> splits{bench::split(sweeps::SplitName::valid, bench::kValid, numbers),
                                        bench::split(sweeps::SplitName::test, bench::kTest, numbers)};
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
      changes.emplace_back(AttemptFinished{id, 1, bench::trained(numbers)});
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
