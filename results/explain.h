#pragma once
// The whole story of one cell, from the database alone: where it stands in the plan, each of its attempts and
// how that ended, why it is where it is, and what to do about it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "results/change.h"

namespace missmodal::results {

// One place of a stage's plan.
struct Place {
  std::string stage;
  bool search = false;
  bool asked = true;  // the sweep file of the last run has such a stage
  int index = 0;      // from 0
  int planned = 0;    // places of the stage
  std::string variant;
  std::string point;  // canonical JSON; "{}" of a repeat
};

struct AttemptStory {
  int attempt = 0;
  std::int64_t assignment = 0;
  std::int64_t run = 0;
  std::string state;  // running, accepted, diverged, failed
  double started_unix = 0;
  std::optional<double> ended_unix;
  std::vector<AttemptMember> members;  // the leader first
  std::optional<Checkpoint> resumed;   // from which it went on; nothing: from the beginning
  std::optional<Checkpoint> saved;     // the last that it wrote
  std::string failure;                 // its class; "" unless it failed
  std::string message;
  bool counts = false;   // towards resources.max_attempts
  std::string pardoned;  // why a failure does not count
};

struct CellStory {
  std::string sweep;
  std::string dataset;
  std::string cell;  // the whole id
  std::string configuration;
  std::string model, terms, route;
  std::int64_t seed = 0;
  std::string state;
  std::optional<int> accepted_attempt;  // also of a diverged cell
  std::optional<int> best_epoch;
  std::optional<std::int64_t> diverged_step;
  int forgiven_attempts = 0;
  std::vector<Place> places;           // those of the sweep file first, in its order
  std::vector<AttemptStory> attempts;  // in order
  int counted_failures = 0;
  std::optional<int> max_attempts;    // of the last run's sweep file; nothing where that can't be read
  std::optional<std::string> writer;  // who writes the database now
  std::string why;                    // it is in this state
  std::string to_do;                  // "nothing", or what helps
};

// The story of the cell whose id begins with `cell`. Throws as report() does, and InputError where no cell's
// or several cells' ids begin so.
CellStory explain(const std::filesystem::path& database, const std::string& cell);

std::string story_text(const CellStory& story);
std::string story_json(const CellStory& story);

}  // namespace missmodal::results
