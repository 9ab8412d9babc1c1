#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "results/figures/palette.h"
#include "results/figures/row.h"
#include "results/report.h"
#include "results/sheet.h"
#include "results/web/facts.h"

namespace missmodal::results::web {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kTables{Exhibit::table1,       Exhibit::table2,     Exhibit::table3, Exhibit::table5,
                             Exhibit::table6,       Exhibit::table7,     Exhibit::table8, Exhibit::missmac,
                             Exhibit::missing_rate, Exhibit::imbalanced, Exhibit::area};
constexpr std::array kCurves{Exhibit::figure3, Exhibit::figure5, Exhibit::missing_rate, Exhibit::instance};

std::string line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string_view mark_name(Mark mark) {
  return mark == Mark::best ? "best" : mark == Mark::second ? "second" : "";
}

Json cell_json(const Sheet::Cell& cell) {
  Json parts = Json::array();
  for (const Sheet::Part& part : cell) {
    Json& one = parts.emplace_back(Json{{"text", part.text}});
    if (!part.spread.empty()) one["spread"] = part.spread;
    if (part.mark != Mark::none) one["mark"] = mark_name(part.mark);
  }
  return parts;
}

Json sheet_json(const Sheet& sheet) {
  Json columns = Json::array();
  for (const Sheet::Column& column : sheet.columns)
    columns.push_back({{"name", column.name}, {"number", column.number}, {"wide", column.wide}});
  Json rows = Json::array();
  for (const Sheet::Row& row : sheet.rows) {
    Json cells = Json::array();
    for (const Sheet::Cell& cell : row.cells) cells.push_back(cell_json(cell));
    rows.push_back({{"below", row.below}, {"apart", row.apart}, {"cells", std::move(cells)}});
  }
  return {{"columns", std::move(columns)}, {"rows", std::move(rows)}};
}

Json table_json(std::string_view name, const Table& table) {
  const Sheet sheet = results::sheet(table, Columns::joined);
  Json notes = table.notes;
  if (sheet.marked) notes.insert(notes.begin(), std::string(kMarksNote));
  return {{"name", name},
          {"title", table.title},
          {"sheet", sheet_json(sheet)},
          {"notes", std::move(notes)},
          {"rows", Json::parse(format_json(table))}};
}

// How each model is drawn everywhere.
void add_strokes(const Table& table, Json& strokes) {
  for (const auto& row : table.rows) {
    const std::string& model = Row(table, row).text("model");
    if (strokes.contains(model)) continue;
    const Stroke stroke = stroke_of(model);
    strokes[model] = {{"colour", stroke.colour}, {"dashes", stroke.dashes}};
  }
}

struct Trial {
  std::string state;
  double score = 0;
  bool scored = false;
  std::map<std::string, Json> point;
  bool chosen = true;  // every parameter is the winner's
};

struct Search {
  std::string metric, condition, goal;
  std::map<std::int64_t, Trial> trials;
};

Json value_json(const Value& value) {
  return std::visit(
      [](const auto& one) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, std::monostate>)
          return nullptr;
        else
          return one;
      },
      value);
}

std::map<std::string, Search> searches_of(const Table& table) {
  std::map<std::string, Search> searches;
  for (const auto& values : table.rows) {
    const Row row(table, values);
    Search& search = searches[row.text("stage")];
    search.metric = row.text("metric");
    search.condition = row.text("condition");
    search.goal = row.text("goal");
    Trial& trial = search.trials[row.whole("trial")];
    trial.state = row.text("state");
    trial.scored = !std::holds_alternative<std::monostate>(row.value("score"));
    if (trial.scored) trial.score = row.number("score");
    trial.point[row.text("parameter")] = value_json(row.value("value"));
    trial.chosen = trial.chosen && row.whole("chosen") != 0;
  }
  return searches;
}

struct Point {
  Json values;
  std::map<std::string, int> states;
  int trials = 0;
  int scored = 0;
  double sum = 0;
  bool chosen = false;
};

Json search_json(const std::string& stage, const Search& search) {
  std::map<std::string, Point> points;  // by their spelling
  Json parameters = Json::array();
  for (const auto& [index, trial] : search.trials) {
    if (parameters.empty()) {
      for (const auto& [name, value] : trial.point) parameters.push_back(name);
    }
    Json values = trial.point;
    Point& point = points[line(values)];
    point.values = std::move(values);
    point.chosen = trial.chosen;
    ++point.trials;
    ++point.states[trial.state];
    if (trial.scored) {
      ++point.scored;
      point.sum += trial.score;
    }
  }
  Json list = Json::array();
  for (const auto& [spelling, point] : points) {
    list.push_back({{"point", point.values},
                    {"trials", point.trials},
                    {"scored", point.scored},
                    {"mean", point.scored > 0 ? Json(point.sum / point.scored) : Json()},
                    {"states", point.states},
                    {"chosen", point.chosen}});
  }
  return {{"stage", stage},
          {"metric", search.metric},
          {"condition", search.condition},
          {"goal", search.goal},
          {"parameters", std::move(parameters)},
          {"points", std::move(list)}};
}

}  // namespace

NamedBytes read_searches(const std::filesystem::path& database) {
  NamedBytes all;
  for (const auto& [stage, search] : searches_of(report(Exhibit::search, {database})))
    all[stage] = bytes(line(search_json(stage, search)));
  return all;
}

Exhibits read_exhibits(const std::filesystem::path& database) {
  std::vector<Exhibit> wanted(kTables.begin(), kTables.end());
  wanted.insert(wanted.end(), kCurves.begin(), kCurves.end());
  const std::vector<Table> read = reports(wanted, {database});
  Exhibits exhibits;
  Json list = Json::array();
  for (std::size_t i = 0; i < kTables.size(); ++i) {
    const std::string name(describe(kTables[i]).name);
    exhibits.tables[name] = bytes(line(table_json(name, read[i])));
    list.push_back({{"name", name}, {"title", read[i].title}, {"rows", read[i].rows.size()}});
  }
  exhibits.tables[""] = bytes(line(list));
  Json curves = Json::array();
  Json strokes = Json::object();
  for (std::size_t i = 0; i < kCurves.size(); ++i) {
    const Table& table = read[kTables.size() + i];
    if (table.rows.empty()) continue;
    add_strokes(table, strokes);
    curves.push_back({{"name", describe(kCurves[i]).name},
                      {"title", table.title},
                      {"rows", Json::parse(format_json(table))}});
  }
  exhibits.curves = bytes(line({{"curves", std::move(curves)}, {"strokes", std::move(strokes)}}));
  return exhibits;
}

}  // namespace missmodal::results::web
