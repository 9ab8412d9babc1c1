#include "results/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "results/database.h"
#include "results/embedded.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

struct Description {
  std::string_view name;
  std::string_view query;
  std::string_view title;
  std::string_view dataset;     // whose exhibit it is in the paper, "" for both
  std::string_view other_name;  // of the other dataset's
  bool drawn = false;
};

const Description& describe(Exhibit exhibit) {
  static constexpr std::array<Description, 8> kDescriptions{
      {{"table1", "table1", "Table 1: complete modalities", "", "", false},
       {"table2", "table2", "Table 2: text missing for 10 to 90 % of the utterances", "", "", true},
       {"table3", "table3", "Table 3: audio or vision missing for 50 and 90 % of the utterances", "MOSI",
        "Table 4", true},
       {"table4", "table4", "Table 4: audio or vision missing for 50 and 90 % of the utterances", "MOSEI",
        "Table 3", true},
       {"table5", "table5", "Table 5: ablation, every utterance reduced to a random subset of its modalities",
        "", "", true},
       {"table6", "table6", "Table 6: a single modality for everyone", "", "", false},
       {"figure3", "figure3", "Figure 3: text missing for 0 to 90 % of the utterances", "MOSI", "Figure 4",
        true},
       {"figure4", "figure3", "Figure 4: text missing for 0 to 90 % of the utterances", "MOSEI", "Figure 3",
        true}}};
  return kDescriptions[static_cast<std::size_t>(exhibit)];
}

struct Origin {
  std::string dataset;
  bool synthetic = false;
  int draws = 0;
};

// "MOSEI" or "MOSI" by the label that the dataset carries, else nothing.
std::string_view corpus(std::string label) {
  std::transform(label.begin(), label.end(), label.begin(), [](unsigned char c) { return std::tolower(c); });
  if (label.find("mosei") != std::string::npos) return "MOSEI";
  if (label.find("mosi") != std::string::npos) return "MOSI";
  return "";
}

Value value_of(const SQLite::Column& column) {
  if (column.isNull()) return {};
  if (column.isInteger()) return column.getInt64();
  if (column.isFloat()) return column.getDouble() + 0.0;  // -0.0 becomes 0.0
  return column.getString();
}

Origin read_origin(SQLite::Database& database) {
  SQLite::Statement select(
      database, "SELECT dataset_label, synthetic, draws FROM sweep JOIN evaluations ON id = evaluation");
  select.executeStep();
  return {select.getColumn(0).getString(), select.getColumn(1).getInt() != 0, select.getColumn(2).getInt()};
}

void append_rows(SQLite::Database& database, std::string_view query, Table& table) {
  SQLite::Statement select(database, std::string(query_sql(query)));
  if (table.columns.empty()) {
    for (int i = 0; i < select.getColumnCount(); ++i) table.columns.emplace_back(select.getColumnName(i));
  }
  while (select.executeStep()) {
    auto& row = table.rows.emplace_back();
    for (int i = 0; i < select.getColumnCount(); ++i) row.push_back(value_of(select.getColumn(i)));
  }
}

// What no row of the table tells: seeds that diverged or were parked, and setups without any result.
void append_missing(SQLite::Database& database, const Origin& origin, Table& table) {
  SQLite::Statement select(database,
                           "SELECT label, remark, planned, seeds, diverged, parked FROM setups "
                           "WHERE seeds = 0 OR diverged > 0 OR parked > 0 ORDER BY position");
  while (select.executeStep()) {
    std::string text = fmt::format("{}: {}", origin.dataset, select.getColumn(0).getString());
    if (const std::string remark = select.getColumn(1).getString(); !remark.empty())
      text += " (" + remark + ")";
    text +=
        fmt::format(": {} of {} seeds accepted", select.getColumn(3).getInt(), select.getColumn(2).getInt());
    if (const int diverged = select.getColumn(4).getInt()) text += fmt::format(", {} diverged", diverged);
    if (const int parked = select.getColumn(5).getInt()) text += fmt::format(", {} parked", parked);
    table.notes.push_back(text);
  }
}

bool any_collapsed(const Table& table) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), "collapsed");
  if (found == table.columns.end()) return false;
  const auto column = static_cast<std::size_t>(found - table.columns.begin());
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
    const auto* count = std::get_if<std::int64_t>(&row[column]);
    return count != nullptr && *count > 0;
  });
}

void add_titles(const Description& description, const std::vector<Origin>& origins, Table& table) {
  table.title = description.title;
  std::vector<std::string> notes;
  bool synthetic = false;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const Origin& origin = origins[i];
    table.title += (i == 0 ? ". Dataset " : ", ") + origin.dataset;
    if (origin.synthetic)
      notes.push_back(
          fmt::format("*** SYNTHETIC DATA: {} was generated; these are no results ***", origin.dataset));
    synthetic = synthetic || origin.synthetic;
    if (const auto which = corpus(origin.dataset);
        !description.dataset.empty() && !which.empty() && which != description.dataset) {
      notes.push_back(fmt::format("The paper's numbers are those of {} here; for {} it is {}.",
                                  description.dataset, which, description.other_name));
    }
  }
  if (synthetic) table.title += " [SYNTHETIC]";
  notes.emplace_back(
      "mean ±standard deviation (n-1) over seeds, on the test split; seeds: accepted/planned; Acc and F1 in "
      "%");
  if (description.drawn) {
    for (const Origin& origin : origins) {
      if (origin.draws > 0) {
        notes.push_back(fmt::format("{}: each score of a seed is the mean over {} mask draws", origin.dataset,
                                    origin.draws));
      }
    }
  }
  if (any_collapsed(table)) {
    notes.emplace_back(
        "† some seeds collapsed: with all modalities no better than a constant prediction, or of one sign "
        "for all");
  }
  table.notes.insert(table.notes.begin(), notes.begin(), notes.end());
}

Exhibit numbered(std::string_view kind, int number, int first, int last, Exhibit first_exhibit) {
  if (number < first || number > last) {
    throw InputError(std::string(kind),
                     fmt::format("there is no {} {}; there are {} to {}", kind, number, first, last));
  }
  return static_cast<Exhibit>(static_cast<int>(first_exhibit) + number - first);
}

}  // namespace

Exhibit table_exhibit(int number) {
  return numbered("table", number, 1, 6, Exhibit::table1);
}

Exhibit figure_exhibit(int number) {
  return numbered("figure", number, 3, 4, Exhibit::figure3);
}

std::string_view name(Exhibit exhibit) {
  return describe(exhibit).name;
}

Table report(Exhibit exhibit, const std::vector<std::filesystem::path>& databases) {
  MISSMODAL_CHECK(!databases.empty());
  const Description& description = describe(exhibit);
  Table table;
  std::vector<Origin> origins;
  for (const auto& file : databases) {
    SQLite::Database database = open_for_reading(file);
    try {
      SQLite::Transaction snapshot(database);  // rows and notes of one moment
      origins.push_back(read_origin(database));
      append_rows(database, description.query, table);
      append_missing(database, origins.back(), table);
    } catch (const SQLite::Exception& error) {
      if (is_damage(error)) throw InputError(file.string(), fmt::format("is damaged: {}", error.what()));
      throw sqlite_trouble(file, "read", error);
    }
  }
  add_titles(description, origins, table);
  return table;
}

}  // namespace missmodal::results
