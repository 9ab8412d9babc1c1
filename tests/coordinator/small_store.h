#pragma once
// A real database for a sweep of tests, and a worker that trains its cells at once.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/handlers.h"
#include "coordinator/restore.h"
#include "results/store.h"
#include "sweeps/method.h"

namespace missmodal::coordinator {

// A folder of the running test's own, empty at first and removed with the object.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("missmodal-" + name + "-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline std::vector<results::SplitRecord> small_splits() {
  return {{sweeps::SplitName::valid, {"a"}, {1.F}}, {sweeps::SplitName::test, {"b"}, {1.F}}};
}

inline results::Store open_store(const std::filesystem::path& file, const sweeps::Sweep& sweep,
                                 const std::vector<results::SplitRecord>& splits = small_splits(),
                                 results::Patience patience = {}) {
  results::Provenance provenance;
  provenance.sweep_name = sweep.name;
  provenance.dataset_sha256 = std::string(64, 'd');
  provenance.dataset_report = "{}";
  provenance.evaluation = sweep.evaluation;
  std::vector<results::StageRecord> stages;
  for (const sweeps::Stage& stage : sweep.stages) {
    const std::size_t planned = stage.is_search()
                                    ? sweeps::trial_points(stage, sweep.seed).size()
                                    : stage.seeds.size() * std::max<std::size_t>(1, stage.variants.size());
    stages.push_back({stage.name, stage.from, stage.is_search(), static_cast<int>(planned)});
  }
  return results::Store(file, provenance, stages, splits, std::move(patience));
}

inline State restored(const sweeps::Sweep& sweep, const results::Store& store,
                      const RestoreOptions& options = {}) {
  sweeps::ContentHashes hashes;
  hashes.dataset_sha256 = std::string(64, 'd');
  return restore(sweep, hashes, store, options);
}

// The sweep to its verdict, with one worker; what the loop does, without waiting for anything.
inline Verdict run_sweep(State& state, results::Store& store,
                         const std::function<sweeps::TrialResult(const worker::Assign&)>& train) {
  store.commit(on_start(state).commits);
  Effects effects = on_ready(state, 1, {worker::kProtocolVersion, "h", "cpu"});
  store.commit(effects.commits);
  while (!state.verdict) {
    const auto& assign = std::get<worker::Assign>(effects.sends.back().message);
    effects = on_finished(state, 1, {assign.assignment, train(assign)});
    store.commit(effects.commits);
  }
  return *state.verdict;
}

}  // namespace missmodal::coordinator
