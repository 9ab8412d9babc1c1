#pragma once
// What can be printed: the paper's tables and figures, and those of other protocols.

#include <string>
#include <string_view>
#include <vector>

namespace missmodal::results {

enum class Exhibit {
  table1,
  table2,
  table3,
  table4,
  table5,
  table6,
  table7,
  table8,
  cost,
  missmac,
  imbalanced,
  area,
  figure3,
  figure4,
  figure5,
  figure6,
  figure7,
  search,
  training,
  gantt,
  missing_rate,
  instance
};

struct Description {
  std::string_view
      name;  // "table1", "missmac"; of results/queries/NAME.sql, but figure4 is figure3's, figure6 figure5's
  std::string_view query;             // the query's name
  std::string_view title;             // of the table
  std::string_view dataset = {};      // whose exhibit it is in the paper; "" for both
  std::string_view other_name = {};   // of the other dataset's
  std::string_view area_family = {};  // a curve's family, as in the rows of `area`; "" for what is no curve
  std::string_view conditions;        // SQL: which rows of `asked` its numbers are of
  bool variants = false;              // it shows other setups than the headline's too
};
const Description& describe(Exhibit exhibit);

// Of a database that has nothing of Figure 7.
inline constexpr std::string_view kNoRepresentations =
    "holds no representations: a sweep keeps them of the first seed of MissModal while "
    "resources.keep_embeddings is "
    "first";

// By the word on the command line: "1" ... "8", "missmac", "missing_rate", "imbalanced", "area"; "3" ... "7",
// "missing_rate", "instance", "search", "training", "gantt". InputError (place "table" or "figure") naming
// those that exist.
Exhibit table_exhibit(std::string_view word);
Exhibit figure_exhibit(std::string_view word);

}  // namespace missmodal::results
