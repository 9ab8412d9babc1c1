#include "results/exhibit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::results {

namespace {

constexpr std::string_view kAudioOrVision = "family IN ('audio', 'vision') AND rate_percent IN (50, 90)";
constexpr std::string_view kNone = "FALSE";  // no scores
constexpr std::string_view kTextCurve = "family IN ('complete', 'text')";
constexpr std::string_view kRandomCurve = "family IN ('complete', 'random')";

using NamedExhibit = std::pair<std::string_view, Exhibit>;

// In the enum's order.
constexpr std::array<Description, 22> kDescriptions{
    {{.name = "table1",
      .query = "table1",
      .title = "Table 1: complete modalities",
      .conditions = "family = 'complete'"},
     {.name = "table2",
      .query = "table2",
      .title = "Table 2: text missing for 10 to 90 % of the utterances",
      .conditions = "family = 'text'"},
     {.name = "table3",
      .query = "table3",
      .title = "Table 3: audio or vision missing for 50 and 90 % of the utterances",
      .dataset = "MOSI",
      .other_name = "Table 4",
      .conditions = kAudioOrVision},
     {.name = "table4",
      .query = "table4",
      .title = "Table 4: audio or vision missing for 50 and 90 % of the utterances",
      .dataset = "MOSEI",
      .other_name = "Table 3",
      .conditions = kAudioOrVision},
     {.name = "table5",
      .query = "table5",
      .title = "Table 5: ablation, every utterance reduced to a random subset of its modalities",
      .conditions = "family = 'random' AND rate_percent = 100",
      .variants = true},
     {.name = "table6",
      .query = "table6",
      .title = "Table 6: a single modality for everyone",
      .conditions = "family = 'subset' AND subset IN ('T', 'A', 'V')"},
     {.name = "table7",
      .query = "table7",
      .title = "Table 7: utterances for which MissModal and without differ most while a modality is missing",
      .conditions = kNone},
     {.name = "table8", .query = "table8", .title = "Table 8: parameters", .conditions = kNone},
     {.name = "table8", .query = "cost", .title = "Table 8: parameters and cost", .conditions = kNone},
     {.name = "missmac",
      .query = "missmac",
      .title = "MissMAC-Bench: complete, fixed subsets, a share of all modalities missing, single utterances "
               "affected",
      .conditions = "family IN ('complete', 'subset', 'missing_rate', 'instance')"},
     {.name = "imbalanced",
      .query = "imbalanced",
      .title = "Imbalanced missing rates: text, audio and vision missing independently",
      .conditions = "family = 'imbalanced'"},
     {.name = "area",
      .query = "area",
      .title = "Area under each curve from complete on, divided by the curve's range",
      .conditions = "family NOT IN ('subset', 'imbalanced')"},
     {.name = "figure3",
      .query = "figure3",
      .title = "Figure 3: text missing for 0 to 90 % of the utterances",
      .dataset = "MOSI",
      .other_name = "Figure 4",
      .area_family = "text",
      .conditions = kTextCurve},
     {.name = "figure4",
      .query = "figure3",
      .title = "Figure 4: text missing for 0 to 90 % of the utterances",
      .dataset = "MOSEI",
      .other_name = "Figure 3",
      .area_family = "text",
      .conditions = kTextCurve},
     {.name = "figure5",
      .query = "figure5",
      .title = "Figure 5: 0 to 100 % of the utterances reduced to a random subset of their modalities",
      .dataset = "MOSI",
      .other_name = "Figure 6",
      .area_family = "random",
      .conditions = kRandomCurve},
     {.name = "figure6",
      .query = "figure5",
      .title = "Figure 6: 0 to 100 % of the utterances reduced to a random subset of their modalities",
      .dataset = "MOSEI",
      .other_name = "Figure 5",
      .area_family = "random",
      .conditions = kRandomCurve},
     {.name = "figure7",
      .query = "figure7",
      .title = "Figure 7: t-SNE of the representations",
      .conditions = kNone},
     {.name = "search",
      .query = "search",
      .title = "Search: each trial's score by its point",
      .conditions = kNone},
     {.name = "training",
      .query = "training",
      .title = "Training: loss and validation MAE by epoch",
      .conditions = kNone},
     {.name = "gantt", .query = "gantt", .title = "Gantt chart: who ran what when", .conditions = kNone},
     {.name = "missing_rate",
      .query = "missing_rate",
      .title =
          "Missing rate: from complete on, a share of all modalities missing, every utterance keeping one",
      .area_family = "missing_rate",
      .conditions = "family IN ('complete', 'missing_rate')"},
     {.name = "instance",
      .query = "instance",
      .title = "Instances: from complete on, each utterance affected with a probability, keeping a random "
               "subset",
      .area_family = "instance",
      .conditions = "family IN ('complete', 'instance')"}}};

constexpr std::array<NamedExhibit, 12> kTables{{{"1", Exhibit::table1},
                                                {"2", Exhibit::table2},
                                                {"3", Exhibit::table3},
                                                {"4", Exhibit::table4},
                                                {"5", Exhibit::table5},
                                                {"6", Exhibit::table6},
                                                {"7", Exhibit::table7},
                                                {"8", Exhibit::table8},
                                                {"missmac", Exhibit::missmac},
                                                {"missing_rate", Exhibit::missing_rate},
                                                {"imbalanced", Exhibit::imbalanced},
                                                {"area", Exhibit::area}}};
constexpr std::array<NamedExhibit, 10> kFigures{{{"3", Exhibit::figure3},
                                                 {"4", Exhibit::figure4},
                                                 {"5", Exhibit::figure5},
                                                 {"6", Exhibit::figure6},
                                                 {"7", Exhibit::figure7},
                                                 {"missing_rate", Exhibit::missing_rate},
                                                 {"instance", Exhibit::instance},
                                                 {"search", Exhibit::search},
                                                 {"training", Exhibit::training},
                                                 {"gantt", Exhibit::gantt}}};

Exhibit chosen(std::string_view kind, std::string_view word, std::span<const NamedExhibit> words) {
  std::vector<std::string_view> known;
  for (const auto& [name, exhibit] : words) {
    if (name == word) return exhibit;
    known.push_back(name);
  }
  throw InputError(std::string(kind),
                   fmt::format("there is no {} {}; there are {}", kind, word, fmt::join(known, ", ")));
}

}  // namespace

const Description& describe(Exhibit exhibit) {
  return kDescriptions[static_cast<std::size_t>(exhibit)];
}

Exhibit table_exhibit(std::string_view word) {
  return chosen("table", word, kTables);
}

Exhibit figure_exhibit(std::string_view word) {
  return chosen("figure", word, kFigures);
}

}  // namespace missmodal::results
