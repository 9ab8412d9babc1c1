#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "results/explain.h"

namespace missmodal::results {

namespace {

std::string place_text(const Place& place) {
  std::string text = fmt::format("{}, {} of {}", place.stage, place.index + 1, place.planned);
  if (!place.variant.empty()) text += ", variant " + place.variant;
  if (place.search) text += ", point " + place.point;
  if (!place.asked) text += " (the sweep file no longer has this stage)";
  return text;
}

// "node1: rank 1 (cuda:0), rank 2 (cuda:1); node2: rank 3 (cuda:0)"
std::string members_text(const std::vector<AttemptMember>& members) {
  std::string text;
  std::string host;
  for (const AttemptMember& member : members) {
    if (text.empty() || member.host != host) {
      text += fmt::format("{}{}: ", text.empty() ? "" : "; ", member.host);
    } else {
      text += ", ";
    }
    host = member.host;
    text += fmt::format("rank {} ({})", member.rank, member.device);
  }
  return text;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return fmt::format("epoch {}, step {}", checkpoint.epoch, checkpoint.step);
}

std::string time_text(const AttemptStory& attempt) {
  std::string text =
      fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(attempt.started_unix)));
  if (attempt.ended_unix) text += fmt::format(", {:.1f} s", *attempt.ended_unix - attempt.started_unix);
  return text + fmt::format(", run {}", attempt.run);
}

std::string end_text(const AttemptStory& attempt) {
  if (attempt.state != "failed") return attempt.state;
  return attempt.failure + ": " + attempt.message;
}

// `counted`: failures up to this one that count.
std::string counts_text(const AttemptStory& attempt, int counted, const std::optional<int>& most) {
  if (!attempt.counts) return "no: " + attempt.pardoned;
  return most ? fmt::format("yes: {} of {}", counted, *most) : fmt::format("yes: {}", counted);
}

}  // namespace

std::string story_text(const CellStory& story) {
  std::string text = fmt::format("cell     {}\n", story.cell);
  text +=
      fmt::format("of       sweep {}{}\n", story.sweep, story.dataset.empty() ? "" : " on " + story.dataset);
  text +=
      fmt::format("trains   {}, {}, route {}, seed {}\n", story.model, story.terms, story.route, story.seed);
  for (const Place& place : story.places) text += "plan     " + place_text(place) + "\n";
  if (story.places.empty()) text += "plan     none\n";
  text += fmt::format("state    {}: {}\n", story.state, story.why);
  text += "to do    " + story.to_do + "\n";
  int counted = 0;
  for (const AttemptStory& attempt : story.attempts) {
    if (attempt.counts) ++counted;
    text += fmt::format("\nattempt {}, {}\n", attempt.attempt, time_text(attempt));
    text += "  on     " + members_text(attempt.members) + "\n";
    text += "  from   " +
            (attempt.resumed ? "the checkpoint of " + checkpoint_text(*attempt.resumed) : "the beginning") +
            "\n";
    text += "  saved  " + (attempt.saved ? checkpoint_text(*attempt.saved) : "nothing") + "\n";
    text += "  end    " + end_text(attempt) + "\n";
    if (attempt.state == "failed") {
      text += "  counts " + counts_text(attempt, counted, story.max_attempts) + "\n";
    }
  }
  return text;
}

}  // namespace missmodal::results
