#include "results/origin.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

#include "results/soundness.h"

namespace missmodal::results {

namespace {

using Notes = std::vector<std::string>;

const Value kDifference{std::string("MissModal - without")};  // as comparison.sql.in names it

std::string with_remark(const std::string& model, const std::string& remark) {
  return remark.empty() ? model : model + " (" + remark + ")";
}

void note_draws(const Origin& origin, const Table& rows, Notes& notes) {
  const auto column = find_column(rows, "draws");
  const auto model = find_column(rows, "model");
  if (!column || !model) return;
  std::vector<std::string> draws;
  for (const auto& row : rows.rows) {
    if (std::holds_alternative<std::monostate>(row[*column])) continue;  // nothing is drawn, or nothing there
    if (row[*model] == kDifference) continue;                            // of seeds that the other rows have
    std::string text = shown(row[*column], "draws");
    if (std::find(draws.begin(), draws.end(), text) == draws.end()) draws.push_back(std::move(text));
  }
  if (draws.empty()) return;
  std::string note = fmt::format("{}: each score of a seed is the mean over {} mask draws", origin.dataset,
                                 fmt::join(draws, " or "));
  if (draws != std::vector{std::to_string(origin.draws)})
    note += fmt::format("; the sweep file asks for {}", origin.draws);
  notes.push_back(note);
}

void note_stale(const Origin& origin, const Table& rows, Notes& notes) {
  if (!any_counted(rows, "stale")) return;
  notes.push_back(fmt::format(
      "‡ {}: not every seed has been evaluated under the conditions, draws and rules that the sweep file "
      "asks "
      "for now; differences leave such seeds out. Mend it with: missmodal-report rescore {}, or run the "
      "sweep again",
      origin.dataset, origin.file));
}

// One line for each model, metric and count, whatever the number of rates it happens at.
void note_undefined(const Origin& origin, const Table& rows, Notes& notes) {
  const auto undefined = find_column(rows, "undefined");
  const auto model = find_column(rows, "model");
  const auto remark = find_column(rows, "remark");
  const auto seeds = find_column(rows, "seeds");
  if (!undefined || !model || !remark || !seeds) return;
  std::set<std::string> told;
  for (const auto& row : rows.rows) {
    std::istringstream words(std::get<std::string>(row[*undefined]));
    for (std::string word; words >> word;) {
      const std::size_t sign = word.find('=');
      const std::string note =
          fmt::format("- {}: {}: {} is not defined for {} of {} seeds", origin.dataset,
                      with_remark(std::get<std::string>(row[*model]), std::get<std::string>(row[*remark])),
                      heading(word.substr(0, sign)), word.substr(sign + 1), shown(row[*seeds], "seeds"));
      if (told.insert(note).second) notes.push_back(note);
    }
  }
}

// Kinds of device and versions of LibTorch differ in more than the last bits (dropout streams, kernels);
// kinds of processor do not, and a cluster has many.
void note_devices(const Origin& origin, const Table& rows, Notes& notes) {
  const auto model = find_column(rows, "model");
  if (!model) return;
  std::set<std::string> models;
  for (const auto& row : rows.rows) models.insert(std::get<std::string>(row[*model]));
  std::set<std::string> kinds;
  std::set<std::string> versions;
  for (const Origin::Maker& maker : origin.makers) {
    if (!models.contains(maker.label)) continue;
    kinds.insert(maker.device_kind);
    versions.insert(maker.libtorch);
  }
  std::string text;
  if (kinds.size() > 1) text += fmt::format("mixed devices: {}", fmt::join(kinds, ", "));
  if (versions.size() > 1)
    text += fmt::format("{}several LibTorch: {}", text.empty() ? "" : "; ", fmt::join(versions, ", "));
  if (!text.empty()) notes.push_back(fmt::format("{}: computed on {}", origin.dataset, text));
}

void note_missing(SQLite::Database& database, const Origin& origin, Notes& notes) {
  SQLite::Statement setups(database,
                           "SELECT label, remark, planned, seeds, diverged, parked FROM setups "
                           "WHERE seeds = 0 OR diverged > 0 OR parked > 0 ORDER BY position");
  while (setups.executeStep()) {
    std::string text =
        fmt::format("{}: {}: {} of {} seeds accepted", origin.dataset,
                    with_remark(setups.getColumn(0).getString(), setups.getColumn(1).getString()),
                    setups.getColumn(3).getInt(), setups.getColumn(2).getInt());
    if (const int diverged = setups.getColumn(4).getInt()) text += fmt::format(", {} diverged", diverged);
    if (const int parked = setups.getColumn(5).getInt()) text += fmt::format(", {} parked", parked);
    notes.push_back(text);
  }
  SQLite::Statement waiting(
      database,
      "SELECT name, from_stage, planned FROM stages s WHERE kind = 'repeat' AND position "
      "IS NOT NULL AND from_stage <> '' AND planned > 0 AND NOT EXISTS (SELECT 1 FROM "
      "stage_cells p WHERE p.stage = s.name) ORDER BY position");
  while (waiting.executeStep()) {
    notes.push_back(fmt::format("{}: stage {}: its {} cells wait for the winner of {}", origin.dataset,
                                waiting.getColumn(0).getString(), waiting.getColumn(2).getInt(),
                                waiting.getColumn(1).getString()));
  }
}

void note_transcripts(const Origin& origin, const Table& rows, Notes& notes) {
  const auto transcript = find_column(rows, "transcript");
  if (!transcript) return;
  if (rows.rows.empty()) {
    notes.push_back(fmt::format("{}: no seed of both MissModal and without is accepted yet", origin.dataset));
  } else if (std::all_of(rows.rows.begin(), rows.rows.end(), [&](const auto& row) {
               return std::holds_alternative<std::monostate>(row[*transcript]);
             })) {
    notes.push_back(fmt::format("{}: the dataset has no transcripts", origin.dataset));
  }
}

void note_representations(const Origin& origin, const Table& rows, Notes& notes) {
  if (find_column(rows, "vector") && rows.rows.empty())
    notes.push_back(fmt::format("{}: {}", origin.dataset, kNoRepresentations));
}

// Nothing of this depends on the order in which cells were trained, on where, or on when.
void note_maker(const Origin& origin, Notes& notes) {
  std::set<std::string> programs;
  for (const Origin::Maker& maker : origin.makers) programs.insert(maker.program);
  notes.push_back(fmt::format(
      "{}: sweep {}, dataset {}, trained by missmodal {}, {} mask draws", origin.dataset, origin.sweep,
      origin.dataset_sha256.substr(0, 12),
      programs.empty() ? "(nothing yet)" : fmt::format("{}", fmt::join(programs, ", ")), origin.draws));
}

// At rest and without a verdict.
void note_cut_off(SQLite::Database& database, const Origin& origin, Notes& notes) {
  if (!is_cut_off(database, origin.file)) return;
  notes.push_back(
      fmt::format("{}: its last run wrote no verdict: it was killed, or {} is a copy made while it ran, "
                  "which may lack the latest cells",
                  origin.dataset, origin.file));
}

}  // namespace

std::string_view corpus(std::string label) {
  std::transform(label.begin(), label.end(), label.begin(), [](unsigned char c) { return std::tolower(c); });
  if (label.find("mosei") != std::string::npos) return "MOSEI";
  if (label.find("mosi") != std::string::npos) return "MOSI";
  return "";
}

namespace {

// What was imported from a file whose digest is not one of those that the field's standard files have.
bool has_own_features(SQLite::Database& database) {
  SQLite::Statement select(database,
                           "SELECT json_extract(dataset_report, '$.source.known_as') FROM provenance "
                           "WHERE json_valid(dataset_report) ORDER BY run DESC LIMIT 1");
  return select.executeStep() && !select.isColumnNull(0) && select.getColumn(0).getString().empty();
}

}  // namespace

Origin read_origin(SQLite::Database& database, const std::filesystem::path& file) {
  SQLite::Statement select(database,
                           "SELECT coalesce(nullif(trim(dataset_label), ''), name), synthetic, draws, "
                           "name, dataset_sha256 FROM sweep JOIN evaluations ON id = evaluation");
  select.executeStep();
  Origin origin{file.string(),
                select.getColumn(0).getString(),
                select.getColumn(1).getInt() != 0,
                false,
                select.getColumn(2).getInt(),
                select.getColumn(3).getString(),
                select.getColumn(4).getString(),
                {}};
  SQLite::Statement makers(
      database,
      "SELECT DISTINCT r.label, a.device_kind, a.libtorch, p.program_version FROM repeat_cells r "
      "JOIN attempts a ON a.cell = r.cell AND a.attempt = r.accepted_attempt "
      "JOIN provenance p USING (run) WHERE r.state = 'accepted' ORDER BY 1, 2, 3, 4");
  origin.own_features = !origin.synthetic && has_own_features(database);
  while (makers.executeStep()) {
    origin.makers.push_back({makers.getColumn(0).getString(), makers.getColumn(1).getString(),
                             makers.getColumn(2).getString(), makers.getColumn(3).getString()});
  }
  return origin;
}

std::vector<std::string> warnings(const Description& description, const Origin& origin) {
  Notes notes;
  if (origin.synthetic)
    notes.push_back(
        fmt::format("*** SYNTHETIC DATA: {} was generated; these are no results ***", origin.dataset));
  if (origin.own_features)
    notes.push_back(fmt::format(
        "{}: made from a file that is none of the field's standard feature files of MOSI and MOSEI: "
        "no published number compares with these",
        origin.dataset));
  if (const auto which = corpus(origin.dataset);
      !description.dataset.empty() && !which.empty() && which != description.dataset) {
    notes.push_back(fmt::format("The paper's numbers are those of {} here; for {} it is {}.",
                                description.dataset, which, description.other_name));
  }
  return notes;
}

std::vector<std::string> notes(SQLite::Database& database, const Origin& origin, const Table& rows) {
  Notes notes;
  note_draws(origin, rows, notes);
  note_stale(origin, rows, notes);
  note_undefined(origin, rows, notes);
  note_devices(origin, rows, notes);
  note_transcripts(origin, rows, notes);
  note_representations(origin, rows, notes);
  note_missing(database, origin, notes);
  note_cut_off(database, origin, notes);
  note_maker(origin, notes);
  return notes;
}

}  // namespace missmodal::results
