#include <nlohmann/json.hpp>

#include "results/explain.h"

namespace missmodal::results {

namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json checkpoint_json(const std::optional<Checkpoint>& checkpoint) {
  if (!checkpoint) return {};
  return {{"epoch", checkpoint->epoch}, {"step", checkpoint->step}};
}

Json place_json(const Place& place) {
  return {{"stage", place.stage},
          {"kind", place.search ? "search" : "repeat"},
          {"asked", place.asked},
          {"index", place.index},
          {"planned", place.planned},
          {"variant", place.variant},
          {"point", Json::parse(place.point)}};
}

Json attempt_json(const AttemptStory& attempt) {
  Json members = Json::array();
  for (const AttemptMember& member : attempt.members) {
    members.push_back({{"rank", member.rank},
                       {"host", member.host},
                       {"device", member.device},
                       {"processor", member.processor},
                       {"libtorch", member.libtorch}});
  }
  return {{"attempt", attempt.attempt},
          {"assignment", attempt.assignment},
          {"run", attempt.run},
          {"state", attempt.state},
          {"started_unix", attempt.started_unix},
          {"ended_unix", or_null(attempt.ended_unix)},
          {"members", members},
          {"resumed", checkpoint_json(attempt.resumed)},
          {"saved", checkpoint_json(attempt.saved)},
          {"failure", attempt.failure.empty() ? Json() : Json(attempt.failure)},
          {"message", attempt.failure.empty() ? Json() : Json(attempt.message)},
          {"counts", attempt.counts},
          {"pardoned", attempt.pardoned.empty() ? Json() : Json(attempt.pardoned)}};
}

}  // namespace

std::string story_json(const CellStory& story) {
  Json places = Json::array();
  for (const Place& place : story.places) places.push_back(place_json(place));
  Json attempts = Json::array();
  for (const AttemptStory& attempt : story.attempts) attempts.push_back(attempt_json(attempt));
  const Json root{{"cell", story.cell},
                  {"sweep", story.sweep},
                  {"dataset", story.dataset},
                  {"configuration", Json::parse(story.configuration)},
                  {"model", story.model},
                  {"terms", story.terms},
                  {"route", story.route},
                  {"seed", story.seed},
                  {"state", story.state},
                  {"why", story.why},
                  {"to_do", story.to_do},
                  {"places", places},
                  {"accepted_attempt", or_null(story.accepted_attempt)},
                  {"best_epoch", or_null(story.best_epoch)},
                  {"diverged_step", or_null(story.diverged_step)},
                  {"counted_failures", story.counted_failures},
                  {"forgiven_attempts", story.forgiven_attempts},
                  {"max_attempts", or_null(story.max_attempts)},
                  {"writer", or_null(story.writer)},
                  {"attempts", attempts}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";  // what a failure says may be any bytes
}

}  // namespace missmodal::results
