#include "coordinator/main/examination.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sweeps/error.h"
#include "sweeps/presence.h"
#include "trainer/data/bert/bert_fit.h"
#include "trainer/data/bert/bert_folder.h"

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
    if (!is_told_absent(dataset)) examination.dataset = trainer::Dataset::open(dataset);
  });
  for (const sweeps::TextWeights& folder : weights) {
    collect(mistakes, [&] {
      if (is_told_absent(folder.path)) return;
      const bool pretrained = folder.init == sweeps::TextInit::pretrained;
      const trainer::BertFolder bert = trainer::examine_bert_folder(
          folder.path, pretrained ? trainer::BertWeightsWanted::yes : trainer::BertWeightsWanted::no);
      if (!bert.ignored.empty()) {
        examination.remarks.push_back(fmt::format("{}: {} tensors are not used: {}", folder.path,
                                                  bert.ignored.size(), fmt::join(bert.ignored, ", ")));
      }
      if (examination.dataset == nullptr) return;
      const std::vector<Mistake> unfit =
          trainer::bert_mistakes(bert.configuration, folder.path, *examination.dataset, dataset);
      mistakes.insert(mistakes.end(), unfit.begin(), unfit.end());
    });
  }
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
  return examination;
}

}  // namespace missmodal::coordinator
