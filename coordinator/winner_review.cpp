#include "coordinator/winner_review.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sweeps/selection_basis.h"

namespace missmodal::coordinator {
namespace {

constexpr std::string_view kRemedy = "put it back, or choose anew with --reselect";

// Why the stored winner does not fit; nothing if it does.
std::optional<std::string> misfit(const sweeps::Sweep& sweep, const sweeps::Stage& stage,
                                  const sweeps::Settings& base, const sweeps::ContentHashes& hashes,
                                  const results::StoredWinner& stored) {
  const auto before = sweeps::parse_selection_basis(stored.basis);
  if (!before) return "it is not known what its winner was chosen from: choose anew with --reselect";
  const std::string chosen = "its winner was chosen from " + sweeps::described(*before);
  if (!stage.select) return fmt::format("{}, the file now has no `select`: {}", chosen, kRemedy);
  const auto trials = sweeps::plan_stage(sweep, stage, base, hashes);
  const sweeps::SelectionBasis now = sweeps::selection_basis(sweep, stage, trials);
  if (sweeps::same_choice(*before, now)) return std::nullopt;
  return fmt::format("{}, the file now says {}: {}", chosen,
                     sweeps::changes(*before, stored.configurations, now, trials), kRemedy);
}

}  // namespace

WinnerReview review_winners(const sweeps::Sweep& sweep, const sweeps::ContentHashes& hashes,
                            const std::map<std::string, results::StoredWinner>& stored) {
  WinnerReview review;
  for (const sweeps::Stage& stage : sweep.stages) {
    const auto winner = stored.find(stage.name);
    if (!stage.is_search() || winner == stored.end()) continue;
    const auto base = review.fitting.find(stage.from);
    if (!stage.from.empty() && base == review.fitting.end()) {
      review.stale.push_back(stage.name);
      const bool told = std::find(review.stale.begin(), review.stale.end(), stage.from) != review.stale.end();
      if (!told) {
        review.mistakes.push_back(
            {"stages." + stage.name,
             fmt::format("its winner was not chosen on top of {}, which has none yet: {}", stage.from,
                         kRemedy)});
      }
      continue;
    }
    const sweeps::Settings settings =
        stage.from.empty() ? sweeps::Settings{} : sweeps::parse_point(base->second);
    if (const auto reason = misfit(sweep, stage, settings, hashes, winner->second)) {
      review.stale.push_back(stage.name);
      review.mistakes.push_back({"stages." + stage.name, *reason});
    } else {
      review.fitting[stage.name] = winner->second.point;
    }
  }
  return review;
}

void refuse_stale_winners(const WinnerReview& review, const std::string& sweep_file) {
  if (review.mistakes.empty()) return;
  std::vector<Mistake> mistakes = review.mistakes;
  for (Mistake& mistake : mistakes) mistake.place = sweep_file + ": " + mistake.place;
  throw InputError(mistakes);
}

}  // namespace missmodal::coordinator
