#include "results/web/live.h"

#include <map>
#include <utility>

namespace missmodal::results::web {

Status merged(const Status& stored, const Live& live) {
  Status status = stored;
  std::map<std::pair<std::string, int>, const LiveCell*> running;
  for (const LiveCell& cell : live.running) running[{cell.cell, cell.attempt}] = &cell;
  for (RunningCell& cell : status.running_cells) {
    const auto found = running.find({cell.cell, cell.attempt});
    if (found == running.end()) continue;
    const LiveCell& now = *found->second;
    cell.running_seconds = now.running_seconds;
    if (!now.last) continue;
    cell.last = now.last;
    cell.best_epoch = now.best_epoch;
    cell.best_valid_mae = now.best_valid_mae;
  }
  status.workers = live.workers;
  status.remaining = live.remaining;
  return status;
}

}  // namespace missmodal::results::web
