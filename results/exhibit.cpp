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

using Word = std::pair<std::string_view, Exhibit>;

// In the enum's order.
constexpr std::array<Description, 13> kDescriptions{
    {{"table1", "table1", "Table 1: complete modalities", "", "", ""},
     {"table2", "table2", "Table 2: text missing for 10 to 90 % of the utterances", "", "", ""},
     {"table3", "table3", "Table 3: audio or vision missing for 50 and 90 % of the utterances", "MOSI",
      "Table 4", ""},
     {"table4", "table4", "Table 4: audio or vision missing for 50 and 90 % of the utterances", "MOSEI",
      "Table 3", ""},
     {"table5", "table5", "Table 5: ablation, every utterance reduced to a random subset of its modalities",
      "", "", ""},
     {"table6", "table6", "Table 6: a single modality for everyone", "", "", ""},
     {"missmac", "missmac",
      "MissMAC-Bench: complete, fixed subsets, a share of all modalities missing, single utterances affected",
      "", "", ""},
     {"imbalanced", "imbalanced", "Imbalanced missing rates: text, audio and vision missing independently",
      "", "", ""},
     {"area", "area", "Area under each curve from complete on, divided by the curve's range", "", "", ""},
     {"figure3", "figure3", "Figure 3: text missing for 0 to 90 % of the utterances", "MOSI", "Figure 4",
      "text"},
     {"figure4", "figure3", "Figure 4: text missing for 0 to 90 % of the utterances", "MOSEI", "Figure 3",
      "text"},
     {"missing_rate", "missing_rate",
      "Missing rate: from complete on, a share of all modalities missing, every utterance keeping one", "",
      "", "missing_rate"},
     {"instance", "instance",
      "Instances: from complete on, each utterance affected with a probability, keeping a random subset", "",
      "", "instance"}}};

constexpr std::array<Word, 10> kTables{{{"1", Exhibit::table1},
                                        {"2", Exhibit::table2},
                                        {"3", Exhibit::table3},
                                        {"4", Exhibit::table4},
                                        {"5", Exhibit::table5},
                                        {"6", Exhibit::table6},
                                        {"missmac", Exhibit::missmac},
                                        {"missing_rate", Exhibit::missing_rate},
                                        {"imbalanced", Exhibit::imbalanced},
                                        {"area", Exhibit::area}}};
constexpr std::array<Word, 4> kFigures{{{"3", Exhibit::figure3},
                                        {"4", Exhibit::figure4},
                                        {"missing_rate", Exhibit::missing_rate},
                                        {"instance", Exhibit::instance}}};

Exhibit chosen(std::string_view kind, std::string_view word, std::span<const Word> words) {
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
