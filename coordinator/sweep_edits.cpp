#include "coordinator/sweep_edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "coordinator/winner_review.h"
#include "results/winners.h"
#include "sweeps/error.h"
#include "sweeps/sweep_changes.h"

namespace missmodal::coordinator {
namespace {

using nlohmann::json;
using sweeps::KeyChange;
using sweeps::Reach;

// Lists that are longer are told by what joined and left them.
constexpr std::size_t kLongestText = 60;
constexpr std::size_t kShownItems = 5;

bool is_long_list(const std::string& text) {
  return text.size() > kLongestText && text.front() == '[';
}

// "with 3, 4": what `list` has and `other` has not; "" if nothing.
std::string only_in(const json& list, const json& other, std::string_view word) {
  std::string text;
  std::size_t items = 0;
  const std::set<json> known(other.begin(), other.end());
  for (const json& item : list) {
    if (known.contains(item)) continue;
    if (++items > kShownItems) continue;
    text +=
        fmt::format("{}{}", items == 1 ? "" : ", ", item.is_string() ? item.get<std::string>() : item.dump());
  }
  if (items > kShownItems) text += fmt::format(" and {} more", items - kShownItems);
  return items == 0 ? "" : fmt::format("{} {}", word, text);
}

std::string lists_text(const json& before, const json& now) {
  const std::string with = only_in(now, before, "with");
  const std::string without = only_in(before, now, "without");
  if (with.empty() && without.empty()) return "in another order";
  return with + (with.empty() || without.empty() ? "" : ", ") + without;
}

std::string values_text(const KeyChange& change) {
  if (change.whole_stage) return change.now ? "a new stage" : "the stage is gone";
  if (change.before && change.now && (is_long_list(*change.before) || is_long_list(*change.now))) {
    return lists_text(json::parse(*change.before), json::parse(*change.now));
  }
  return fmt::format("{}, was {}", change.now.value_or("not set"), change.before.value_or("not set"));
}

struct Counts {
  std::size_t fresh = 0;
  std::size_t trained = 0;  // of these
  std::size_t leaving = 0;
  std::string waiting;  // "; final is planned once search has its winner"
};

Counts count_cells(const results::LastRun& last, const sweeps::Sweep& sweep,
                   const sweeps::ContentHashes& hashes, const std::map<std::string, std::string>& winners) {
  Counts counts;
  std::set<std::string> planned;
  for (const sweeps::Stage& stage : sweep.stages) {
    const auto winner = winners.find(stage.from);
    if (!stage.from.empty() && winner == winners.end()) {
      counts.waiting += fmt::format("; {} is planned once {} has its winner", stage.name, stage.from);
      continue;
    }
    const auto settings = stage.from.empty() ? sweeps::Settings{} : sweeps::parse_point(winner->second);
    for (sweeps::PlannedCell& cell : sweeps::plan_stage(sweep, stage, settings, hashes)) {
      planned.insert(std::move(cell.id));
    }
  }
  for (const std::string& cell : planned) {
    if (last.planned.contains(cell)) continue;
    ++counts.fresh;
    if (last.accepted.contains(cell)) ++counts.trained;
  }
  for (const std::string& cell : last.planned) {
    if (!planned.contains(cell)) ++counts.leaving;
  }
  return counts;
}

std::string text(const Counts& counts) {
  std::string text;
  if (counts.fresh > 0) {
    text += counts.fresh == 1 ? "1 cell is new" : fmt::format("{} cells are new", counts.fresh);
    if (counts.trained > 0) text += fmt::format(" ({} trained already)", counts.trained);
  }
  if (counts.leaving > 0) {
    text += text.empty() ? (counts.leaving == 1 ? "1 cell" : fmt::format("{} cells", counts.leaving))
                         : fmt::format(", {}", counts.leaving);
    text += counts.leaving == 1 ? " of the old plan leaves the tables" : " of the old plan leave the tables";
  }
  return (text.empty() ? "no cell changes" : text) + counts.waiting;
}

bool same_file(const results::LastRun& last, const sweeps::Sweep& sweep) {
  return last.sweep_text == sweep.text && last.overrides == sweep.overrides;
}

// What a key does that adds and takes away no cell.
std::string_view consequence(Reach reach) {
  switch (reach) {
    case Reach::scores:
      return ": scored again";
    case Reach::choice:
      return ": another choice among the same cells";
    case Reach::nothing:
      return ": no cell changes";
    case Reach::cells:
      break;
  }
  return "";
}

}  // namespace

std::vector<std::string> edits_since(const results::LastRun& last, const sweeps::Sweep& sweep,
                                     const sweeps::ContentHashes& hashes,
                                     const std::map<std::string, std::string>& winners) {
  if (same_file(last, sweep)) return {};
  std::vector<KeyChange> changes;
  try {
    changes = sweeps::changed_keys(
        sweeps::parse_sweep(last.sweep_text, "the last run's sweep file", last.overrides), sweep);
  } catch (const InputError& error) {
    const Mistake& first = error.mistakes().front();
    return {fmt::format("{}: {}: it can no longer be read, so what has changed since is not known",
                        first.place, first.reason)};
  }
  const auto on_cells = std::count_if(changes.begin(), changes.end(),
                                      [](const KeyChange& change) { return change.reach == Reach::cells; });
  const std::string cells = on_cells == 0 ? "" : text(count_cells(last, sweep, hashes, winners));
  std::vector<std::string> lines;
  for (const KeyChange& change : changes) {
    const bool counted = change.reach == Reach::cells && on_cells == 1;
    lines.push_back(fmt::format("{}: {}{}", change.key, values_text(change),
                                counted ? ": " + cells : std::string(consequence(change.reach))));
  }
  if (on_cells > 1) lines.push_back("with these keys: " + cells);
  return lines;
}

std::vector<std::string> edits_since_last_run(const std::filesystem::path& database,
                                              const sweeps::Sweep& sweep, const sweeps::ContentHashes& hashes,
                                              std::chrono::milliseconds patience) {
  const auto last = results::read_last_run(database, sweep.name, hashes.dataset_sha256, patience);
  if (!last || same_file(*last, sweep)) return {};
  const auto stored = results::read_winners(database, sweep.name, hashes.dataset_sha256, patience);
  return edits_since(*last, sweep, hashes, review_winners(sweep, hashes, stored).fitting);
}

}  // namespace missmodal::coordinator
