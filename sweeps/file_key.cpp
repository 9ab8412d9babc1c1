#include "sweeps/file_key.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sweeps/key.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

std::vector<FileKey> make_file_keys() {
  const auto whole = [](double low, double high) { return ValueType{Kind::whole, {low, high}}; };
  return {
      {"name",
       {Kind::name},
       "the sweep's name; a database belongs to one",
       [](const Sweep& s) { return json(s.name); },
       [](Sweep& s, const json& v) { s.name = v.get<std::string>(); },
       true},
      {"seed", whole(0, kLargestWhole), "every shuffle and every trial's seed comes from it",
       [](const Sweep& s) { return json(s.seed); },
       [](Sweep& s, const json& v) { s.seed = v.get<std::int64_t>(); }},
      {"dataset.path",
       {Kind::text},
       "the imported dataset, relative to the working directory",
       [](const Sweep& s) { return json(s.dataset_path); },
       [](Sweep& s, const json& v) { s.dataset_path = v.get<std::string>(); },
       true},
      {"evaluation.draws", whole(1, 1000), "missing-modality masks for each drawn condition",
       [](const Sweep& s) { return json(s.evaluation.draws); },
       [](Sweep& s, const json& v) { s.evaluation.draws = v.get<int>(); }},
      {"resources.device",
       {Kind::choice, {}, {"auto", "cpu", "cuda"}},
       "where trials run; auto: a GPU where LibTorch sees one",
       [](const Sweep& s) { return json(s.resources.device); },
       [](Sweep& s, const json& v) { s.resources.device = v.get<std::string>(); }},
      {"resources.threads_per_trial", whole(1, 1024), "CPU threads of a trial, however many ranks there are",
       [](const Sweep& s) { return json(s.resources.threads_per_trial); },
       [](Sweep& s, const json& v) { s.resources.threads_per_trial = v.get<int>(); }},
      {"resources.max_attempts", whole(1, 100), "failed attempts after which a cell is parked",
       [](const Sweep& s) { return json(s.resources.max_attempts); },
       [](Sweep& s, const json& v) { s.resources.max_attempts = v.get<int>(); }},
      {"resources.busy_seconds", whole(1, 86400),
       "how long another program may keep the database locked before the sweep gives up",
       [](const Sweep& s) { return json(s.resources.busy_seconds); },
       [](Sweep& s, const json& v) { s.resources.busy_seconds = v.get<int>(); }},
      {"resources.collective_seconds", whole(1, 3600),
       "how long the ranks of a trial wait for each other before one counts as lost",
       [](const Sweep& s) { return json(s.resources.collective_seconds); },
       [](Sweep& s, const json& v) { s.resources.collective_seconds = v.get<int>(); }},
      {"resources.checkpoint_seconds", whole(0, 86400),
       "training between two checkpoints of a trial, at least; 0: every epoch",
       [](const Sweep& s) { return json(s.resources.checkpoint_seconds); },
       [](Sweep& s, const json& v) { s.resources.checkpoint_seconds = v.get<int>(); }},
      {"resources.stall_seconds", whole(1, 86400),
       "without a batch for so long, a rank counts as hung and ends itself",
       [](const Sweep& s) { return json(s.resources.stall_seconds); },
       [](Sweep& s, const json& v) { s.resources.stall_seconds = v.get<int>(); }},
      {"resources.trials_per_gpu", whole(1, 16), "trials that share a GPU at the same time",
       [](const Sweep& s) { return json(s.resources.trials_per_gpu); },
       [](Sweep& s, const json& v) { s.resources.trials_per_gpu = v.get<int>(); }},
      {"resources.keep",
       {Kind::choice, {}, {kKeepWords.begin(), kKeepWords.end()}},
       "trained models that stay: of each repeat stage and variant that of the best seed, all, or none",
       [](const Sweep& s) { return json(kKeepWords.at(static_cast<std::size_t>(s.resources.keep))); },
       [](Sweep& s, const json& v) {
         const auto word = std::find(kKeepWords.begin(), kKeepWords.end(), v.get<std::string>());
         s.resources.keep = static_cast<Keep>(word - kKeepWords.begin());
       }},
      {"resources.keep_embeddings",
       {Kind::choice, {}, {kKeepEmbeddingsWords.begin(), kKeepEmbeddingsWords.end()}},
       "representations that Figure 7 is drawn from: of each repeat stage and variant of MissModal that of "
       "the first "
       "seed, or none",
       [](const Sweep& s) {
         return json(kKeepEmbeddingsWords.at(static_cast<std::size_t>(s.resources.keep_embeddings)));
       },
       [](Sweep& s, const json& v) {
         const auto word =
             std::find(kKeepEmbeddingsWords.begin(), kKeepEmbeddingsWords.end(), v.get<std::string>());
         s.resources.keep_embeddings = static_cast<KeepEmbeddings>(word - kKeepEmbeddingsWords.begin());
       }},
  };
}

}  // namespace

std::span<const FileKey> file_keys() {
  static const std::vector<FileKey> keys = make_file_keys();
  return keys;
}

std::span<const std::string_view> file_level_paths() {
  static const std::vector<std::string_view> paths = [] {
    std::vector<std::string_view> all(configuration_key_paths().begin(), configuration_key_paths().end());
    for (const FileKey& key : file_keys()) all.push_back(key.path);
    all.push_back("evaluation.conditions");
    return all;
  }();
  return paths;
}

}  // namespace missmodal::sweeps
