#include "results/worker_row.h"

#include "sweeps/error.h"

namespace missmodal::results {

std::string_view name(WorkerCondition condition) {
  switch (condition) {
    case WorkerCondition::idle:
      return "idle";
    case WorkerCondition::training:
      return "training";
    case WorkerCondition::lost:
      return "lost";
    case WorkerCondition::set_aside:
      return "set aside";
    case WorkerCondition::left:
      return "left";
  }
  check_failed("a condition of a worker", __FILE__, __LINE__);
}

WorkerCondition parse_worker_condition(std::string_view text) {
  for (const auto condition : {WorkerCondition::idle, WorkerCondition::training, WorkerCondition::lost,
                               WorkerCondition::set_aside, WorkerCondition::left}) {
    if (name(condition) == text) return condition;
  }
  check_failed("the name of a condition of a worker", __FILE__, __LINE__);
}

}  // namespace missmodal::results
