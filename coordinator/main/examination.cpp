#include "coordinator/main/examination.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "sweeps/dataset_fit.h"
#include "sweeps/error.h"
#include "sweeps/presence.h"
#include "sweeps/subset.h"
#include "sweeps/trial_result.h"
#include "trainer/data/bert/bert_fit.h"
#include "trainer/data/bert/bert_folder.h"
#include "trainer/data/dataset_layout.h"

namespace missmodal::coordinator {
namespace {

// Runs `look` and keeps what it throws for the user.
template <typename Look>
void collect(std::vector<Mistake>& mistakes, Look look) {
  try {
    look();
  } catch (const InputError& error) {
    mistakes.insert(mistakes.end(), error.mistakes().begin(), error.mistakes().end());
  }
}

// What a training reads of a dataset; one made to predict from may lack it.
std::vector<Mistake> lacks(const trainer::Dataset& dataset, const std::string& place) {
  std::vector<std::string_view> splits;
  std::vector<std::string_view> labels;
  for (const sweeps::SplitName name : trainer::kSplits) {
    if (!dataset.has(name)) {
      splits.push_back(sweeps::name(name));
    } else if (dataset.split(name).labels.empty()) {
      labels.push_back(sweeps::name(name));
    }
  }
  std::vector<Mistake> mistakes;
  const auto add = [&](std::string_view what, const std::vector<std::string_view>& where) {
    if (where.empty()) return;
    mistakes.push_back({place, fmt::format("has no {} {}: good to predict from, not to train on", what,
                                           fmt::join(where, ", "))});
  };
  add(splits.size() > 1 ? "splits" : "split", splits);
  add("labels in", labels);
  return mistakes;
}

// One number a word piece, which is zero: a text of words alone.
bool has_word_vectors(const trainer::Dataset& dataset) {
  if (dataset.width(Modality::text) > 1) return true;
  return std::any_of(trainer::kSplits.begin(), trainer::kSplits.end(), [&](sweeps::SplitName name) {
    const std::span<const float> frames = dataset.split(name).of(Modality::text).frames;
    return std::any_of(frames.begin(), frames.end(), [](float x) { return x != 0.0F; });
  });
}

sweeps::DatasetShape shape_of(const trainer::Dataset& dataset, const std::string& path) {
  sweeps::DatasetShape shape{.path = path, .word_vectors = has_word_vectors(dataset)};
  for (const sweeps::SplitName name : trainer::kSplits) {
    for (const Modality modality : kModalities) {
      int& longest = shape.longest[static_cast<unsigned>(modality)];
      for (const std::int32_t length : dataset.split(name).of(modality).lengths)
        longest = std::max(longest, length);
    }
  }
  return shape;
}

std::string place_of(const sweeps::Sweep& sweep, const std::string& path) {
  const auto written = sweep.places.find(path);
  return written == sweep.places.end() ? path : written->second;
}

}  // namespace

Examination examine(const std::string& dataset, const std::vector<sweeps::TextWeights>& weights,
                    Absent absent) {
  Examination examination;
  std::vector<Mistake> mistakes;
  const auto is_told_absent = [&](const std::string& path) {
    if (absent == Absent::refused || is_there(path)) return false;
    examination.absent.push_back(path);
    return true;
  };
  collect(mistakes, [&] {
    if (is_told_absent(dataset)) return;
    examination.dataset = trainer::Dataset::open(dataset);
    const std::vector<Mistake> missing = lacks(*examination.dataset, dataset);
    mistakes.insert(mistakes.end(), missing.begin(), missing.end());
    examination.shape = shape_of(*examination.dataset, dataset);
  });
  for (const sweeps::TextWeights& folder : weights) {
    collect(mistakes, [&] {
      if (is_told_absent(folder.path)) return;
      const bool pretrained = folder.init == sweeps::TextInit::pretrained;
      const trainer::BertFolder bert = trainer::examine_bert_folder(
          folder.path, pretrained ? trainer::BertWeightsWanted::yes : trainer::BertWeightsWanted::no);
      if (!bert.vocabulary_sha256.empty()) examination.vocabularies[folder.path] = bert.vocabulary_sha256;
      if (!bert.ignored.empty()) {
        examination.remarks.push_back(fmt::format("{}: {} tensors are not used: {}", folder.path,
                                                  bert.ignored.size(), fmt::join(bert.ignored, ", ")));
      }
      if (examination.dataset == nullptr) return;
      const std::vector<Mistake> unfit =
          trainer::bert_mistakes(bert.configuration, folder.path, *examination.dataset, dataset);
      mistakes.insert(mistakes.end(), unfit.begin(), unfit.end());
      if (!pretrained) return;  // what is not trained yet can learn any numbering
      if (auto other =
              trainer::vocabulary_mistake(bert.vocabulary_sha256, folder.path, *examination.dataset, dataset))
        mistakes.push_back(std::move(*other));
    });
  }
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
  return examination;
}

Examination examine(const sweeps::Sweep& sweep, Absent absent) {
  Examination examination;
  std::vector<Mistake> mistakes;
  collect(mistakes, [&] { examination = examine(sweep.dataset_path, sweeps::text_weights(sweep), absent); });
  if (examination.dataset != nullptr) {
    mistakes = sweeps::dataset_misfits(sweep, examination.shape);
    for (const sweeps::Stage& stage : sweep.stages) {
      if (!stage.select || sweeps::has_metric(examination.dataset->scale(), stage.select->metric)) continue;
      mistakes.push_back({place_of(sweep, fmt::format("stages.{}.select.metric", stage.name)),
                          fmt::format("{} is not defined for labels in [-{}, {}], which {} has",
                                      stage.select->metric, sweeps::name(examination.dataset->scale()),
                                      sweeps::name(examination.dataset->scale()), sweep.dataset_path)});
    }
  }
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
  return examination;
}

}  // namespace missmodal::coordinator
