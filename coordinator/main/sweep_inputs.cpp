#include "coordinator/main/sweep_inputs.h"

#include <torch/version.h>

#include <nlohmann/json.hpp>

#include "coordinator/main/examination.h"
#include "sweeps/content_hash.h"
#include "sweeps/plan.h"
#include "sweeps/version.h"

namespace missmodal::coordinator {

namespace {

// The dataset's own report, with the vocabularies of the weights: both say what a word piece's number means.
std::string report(const Examination& examination, const sweeps::ContentHashes& hashes) {
  if (examination.vocabularies.empty()) return examination.dataset->report();
  auto report = nlohmann::json::parse(examination.dataset->report());
  for (const auto& [path, sha256] : examination.vocabularies) {
    report["text_weights"].push_back(
        {{"path", path}, {"sha256", hashes.weights_sha256.at(path)}, {"vocabulary_sha256", sha256}});
  }
  return report.dump();
}

}  // namespace

SweepInputs open_inputs(const sweeps::Sweep& sweep) {
  SweepInputs inputs;
  const Examination examination = examine(sweep, Absent::refused);
  inputs.dataset = examination.dataset;
  const trainer::Dataset& dataset = *inputs.dataset;
  inputs.hashes.dataset_sha256 = dataset.content_sha256();
  for (const std::string& path : sweeps::weights_paths(sweep)) {
    inputs.hashes.weights_sha256[path] = sweeps::content_sha256(path);
  }
  inputs.provenance = {.sweep_name = sweep.name,
                       .sweep_text = sweep.text,
                       .dataset_sha256 = dataset.content_sha256(),
                       .dataset_label = dataset.title(),
                       .dataset_report = report(examination, inputs.hashes),
                       .synthetic = dataset.synthetic(),
                       .label_scale = dataset.scale(),
                       .program_version = std::string(sweeps::program_version()),
                       .libtorch_version = TORCH_VERSION,
                       .evaluation = sweep.evaluation,
                       .overrides = sweep.overrides,
                       .run_token = {}};
  for (const sweeps::Stage& stage : sweep.stages) {
    inputs.stages.push_back({stage.name, stage.from, stage.is_search(), sweeps::planned_cells(sweep, stage)});
  }
  for (const auto name : {sweeps::SplitName::train, sweeps::SplitName::valid, sweeps::SplitName::test}) {
    const trainer::Split& split = dataset.split(name);
    inputs.splits.push_back({name, split.ids, {split.labels.begin(), split.labels.end()}, split.transcripts});
  }
  return inputs;
}

}  // namespace missmodal::coordinator
