#include "results/web/metrics_text.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace missmodal::results::web {

namespace {

std::string label(std::string_view text) {
  std::string escaped = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped + "\"";
}

void begin(std::string& text, std::string_view name, std::string_view kind, std::string_view help) {
  text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, kind, help);
}

void single(std::string& text, std::string_view name, std::string_view kind, std::string_view help,
            double value) {
  begin(text, name, kind, help);
  text += fmt::format("{} {}\n", name, value);
}

void add_workers(std::string& text, const Status& status) {
  const auto each = [&](std::string_view name, std::string_view help, auto value) {
    begin(text, name, "gauge", help);
    for (const WorkerRow& worker : status.workers) {
      if (const std::optional<double> number = value(worker))
        text += fmt::format("{}{{rank=\"{}\",host={}}} {}\n", name, worker.rank, label(worker.host), *number);
    }
  };
  using Number = std::optional<double>;
  each("missmodal_worker_training", "1 while a worker trains, else 0.",
       [](const WorkerRow& worker) -> Number {
         return worker.condition == WorkerCondition::training ? 1 : 0;
       });
  each("missmodal_worker_memory_bytes", "Resident memory of a worker.",
       [](const WorkerRow& worker) -> Number {
         return worker.memory_bytes ? Number(static_cast<double>(*worker.memory_bytes)) : Number();
       });
  each("missmodal_worker_processors", "Processors that a worker keeps busy.",
       [](const WorkerRow& worker) -> Number { return worker.processors; });
  each("missmodal_worker_unheard_seconds", "Seconds since anything came of a worker.",
       [](const WorkerRow& worker) -> Number { return worker.unheard_seconds; });
}

}  // namespace

std::string metrics_text(const Status& status, const std::string& version) {
  std::string text;
  begin(text, "missmodal_info", "gauge", "What is run, and by which version of the program.");
  text += fmt::format("missmodal_info{{sweep={},dataset={},version={}}} 1\n", label(status.sweep),
                      label(status.dataset), label(version));
  begin(text, "missmodal_cells", "gauge", "Distinct cells by state.");
  for (const auto& [state, cells] : status.cells)
    text += fmt::format("missmodal_cells{{state={}}} {}\n", label(state), cells);
  begin(text, "missmodal_stage_planned", "gauge", "Cells that a stage plans, duplicates counted.");
  for (const StageStatus& stage : status.stages)
    text += fmt::format("missmodal_stage_planned{{stage={}}} {}\n", label(stage.name), stage.planned);
  begin(text, "missmodal_stage_cells", "gauge", "Cells of a stage by state, duplicates counted.");
  for (const StageStatus& stage : status.stages) {
    for (const auto& [state, cells] : stage.states)
      text += fmt::format("missmodal_stage_cells{{stage={},state={}}} {}\n", label(stage.name), label(state),
                          cells);
  }
  single(text, "missmodal_attempts_total", "counter", "Attempts at training a cell.", status.attempts);
  single(text, "missmodal_attempts_running", "gauge", "Attempts that are trained now.", status.running);
  single(text, "missmodal_ranks_busy", "gauge", "Ranks that train an attempt now.", status.running_ranks);
  single(text, "missmodal_cells_failing", "gauge",
         "Cells whose last attempt failed and that are not accepted.",
         static_cast<double>(status.failures.size()));
  single(text, "missmodal_runs_total", "counter", "How often the sweep was started.", status.runs);
  single(text, "missmodal_run_seconds_total", "counter", "Seconds that all runs took so far.",
         status.elapsed_seconds);
  single(text, "missmodal_writer", "gauge", "1 while a process writes the database, else 0.",
         status.writer ? 1 : 0);
  if (status.remaining)
    single(text, "missmodal_remaining_seconds", "gauge", "About how long the sweep still takes.",
           status.remaining->seconds);
  if (!status.workers.empty()) add_workers(text, status);
  return text;
}

}  // namespace missmodal::results::web
