#pragma once
// The plan: a pure function of the sweep file and the content hashes of what it reads. Nothing in it depends on ranks,
// hosts, clocks or history, except that a stage `from` a search needs that search's winner.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sweeps/configuration.h"
#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

// Raised whenever the same configuration would give other results than before.
inline constexpr int kSemantics = 1;

struct ContentHashes {
  std::string dataset_sha256;                         // the dataset's content_sha256
  std::map<std::string, std::string> weights_sha256;  // text_weights path -> hash of the folder's content
};

struct PlannedCell {
  std::string id;             // SHA-256, hex, of `configuration`
  std::string configuration;  // canonical JSON: sorted keys, defaults filled in, keys without effect left out
  std::string stage;
  std::string variant;      // "" where the stage has none
  int plan_index = 0;       // position within the stage
  std::string point;        // canonical JSON of the search parameters' values; "{}" for a repeat
  std::string text_weights;  // path of the pretrained text encoder, "" if none
};

// The cells of one stage, in plan order. `winner` is the selected point's settings of `stage.from` (empty map for a
// stage without `from`). A configuration may appear in several stages, and twice in one (random draws): same id.
// Throws InputError where a combination is invalid (a point that puts a value out of its range).
std::vector<PlannedCell> plan_stage(const Sweep& sweep, const Stage& stage, const Settings& winner,
                                    const ContentHashes& hashes);

// The configuration that `missmodal train` takes: the base, or a stage's (and variant's), with this seed.
Configuration stage_configuration(const Sweep& sweep, const std::string& stage, const std::string& variant,
                                  const Settings& winner);

// Every text_weights path that the sweep's stages may use.
std::vector<std::string> weights_paths(const Sweep& sweep);

// Canonical JSON of a resolved configuration, and back. `parse_configuration` throws InputError naming `place`.
std::string canonical(const Configuration& configuration, const std::string& dataset_sha256);
Configuration parse_configuration(const std::string& canonical_json, const std::string& place);

// A trial of a search as selection sees it; selection.h picks the winner.
struct ScoredTrial {
  int plan_index = 0;
  std::string point;
  enum class State { accepted, diverged, parked } state = State::accepted;
  double value = 0;  // of the selection's metric on the validation split
};

struct Winner {
  std::string point;  // canonical JSON
  double value = 0;   // the mean over the point's trials
};

// The point with the best mean; a point with a diverged or parked trial cannot win; ties: the lower plan index.
// Nothing if no point qualifies.
std::optional<Winner> select_winner(const std::vector<ScoredTrial>& trials, bool minimize);

}  // namespace missmodal::sweeps
