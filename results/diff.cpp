#include "results/diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace missmodal::results {

namespace {

using Json = nlohmann::ordered_json;

std::string name_of(const PlaceDifference& place) {
  std::string text = place.stage;
  if (!place.variant.empty()) text += " " + place.variant;
  if (place.point != "{}") text += " " + place.point;
  return fmt::format("{} seed {}", text, place.seed);
}

std::string shown(const std::optional<double>& score) {
  return score ? fmt::format("{:.6g}", *score) : "-";
}

std::string moved(const MovedScore& score) {
  std::string text = fmt::format("{} -> {}", shown(score.a), shown(score.b));
  if (score.a && score.b) text += fmt::format(" ({:+.2g})", *score.b - *score.a);
  return text;
}

std::string place_text(const PlaceDifference& place) {
  const std::string name = name_of(place);
  if (!place.cell_b)
    return fmt::format("{}: only in A (cell {:.12}, {})\n", name, *place.cell_a, place.state_a);
  if (!place.cell_a)
    return fmt::format("{}: only in B (cell {:.12}, {})\n", name, *place.cell_b, place.state_b);
  std::string text = fmt::format("{}: cell {:.12}", name, *place.cell_a);
  if (place.cell_a != place.cell_b) text += fmt::format(" is {:.12} in B", *place.cell_b);
  if (place.state_a != place.state_b) text += fmt::format(", {} in A, {} in B", place.state_a, place.state_b);
  text += "\n";
  if (!place.settings.empty()) text += fmt::format("  other settings: {}\n", fmt::join(place.settings, ", "));
  if (place.rows > 0) text += fmt::format("  {} of {} rows of scores moved", place.moved_rows, place.rows);
  if (place.rows_a_alone > 0) text += fmt::format(", {} only in A", place.rows_a_alone);
  if (place.rows_b_alone > 0) text += fmt::format(", {} only in B", place.rows_b_alone);
  if (place.farthest_prediction)
    text += fmt::format("; predictions by up to {:.2g}", *place.farthest_prediction);
  if (!text.ends_with("\n")) text += "\n";
  if (place.headline.a != place.headline.b)
    text += fmt::format("  {} MAE {}\n", place.headline.place, moved(place.headline));
  for (const auto& [metric, score] : place.farthest)
    text += fmt::format("  farthest {}: {} {}\n", metric, score.place, moved(score));
  return text;
}

std::string compared_text(const char* letter, const Compared& one) {
  return fmt::format("{}: {}: sweep {} on {} ({:.12})\n", letter, one.file.string(), one.sweep, one.dataset,
                     one.dataset_sha256);
}

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

Json score_json(const MovedScore& score) {
  return {{"place", score.place}, {"a", number(score.a)}, {"b", number(score.b)}};
}

Json place_json(const PlaceDifference& place) {
  Json farthest = Json::object();
  for (const auto& [metric, score] : place.farthest) farthest[metric] = score_json(score);
  return {{"stage", place.stage},
          {"variant", place.variant},
          {"point", Json::parse(place.point)},
          {"seed", place.seed},
          {"cell_a", text_or_null(place.cell_a)},
          {"cell_b", text_or_null(place.cell_b)},
          {"state_a", place.state_a},
          {"state_b", place.state_b},
          {"settings", place.settings},
          {"rows", place.rows},
          {"moved_rows", place.moved_rows},
          {"rows_a_alone", place.rows_a_alone},
          {"rows_b_alone", place.rows_b_alone},
          {"headline", score_json(place.headline)},
          {"farthest", farthest},
          {"farthest_prediction", number(place.farthest_prediction)}};
}

Json compared_json(const Compared& one) {
  return {{"file", one.file.string()},
          {"sweep", one.sweep},
          {"dataset", one.dataset},
          {"dataset_sha256", one.dataset_sha256}};
}

}  // namespace

std::string diff_text(const Difference& difference) {
  std::string text = compared_text("A", difference.a) + compared_text("B", difference.b);
  if (difference.a.dataset_sha256 != difference.b.dataset_sha256) text += "the datasets differ\n";
  for (const PlaceDifference& place : difference.places) text += place_text(place);
  return text + fmt::format("{} places the same, {} not\n", difference.same, difference.places.size());
}

std::string diff_json(const Difference& difference) {
  Json places = Json::array();
  for (const PlaceDifference& place : difference.places) places.push_back(place_json(place));
  const Json root{{"a", compared_json(difference.a)},
                  {"b", compared_json(difference.b)},
                  {"same", difference.same},
                  {"places", places}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace missmodal::results
