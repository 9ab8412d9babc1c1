#pragma once
// The plan: a pure function of the sweep file and the content hashes of what it reads. Nothing in it depends
// on ranks, hosts, clocks or history, except that a stage `from` a search needs that search's winner.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sweeps/canonical.h"
#include "sweeps/configuration.h"
#include "sweeps/selection.h"
#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

struct ContentHashes {
  std::string dataset_sha256;                         // the dataset's content_sha256
  std::map<std::string, std::string> weights_sha256;  // text_weights path -> content_sha256(path)
};

struct PlannedCell {
  std::string id;             // SHA-256, hex, of `configuration`
  std::string configuration;  // canonical JSON (sweeps/canonical.h)
  std::string stage;
  std::string variant;  // "" where the stage has none
  int plan_index = 0;   // position within the stage
  std::string point;  // of a search: JSON of all settings that the trial adds to the base; "{}" for a repeat
  std::string text_weights;  // path of the pretrained text encoder, "" if none
  int ranks = 1;             // that train it together
};

// The cells of one stage, in plan order: a search's trials; a repeat's seeds, and within a seed its variants,
// so that more trials or seeds only add cells at the end. `winner` is the selected point of `stage.from`
// (parse_point; empty for a stage without `from`). A configuration may appear in several stages, and twice in
// one (random draws): same id. Throws InputError where values do not fit together, and where the winner sets
// a key or names weights that the sweep file does not have. Precondition: `hashes` has every path of
// weights_paths().
std::vector<PlannedCell> plan_stage(const Sweep& sweep, const Stage& stage, const Settings& winner,
                                    const ContentHashes& hashes);

// How many cells that is, duplicates counted, which is known before any winner is.
int planned_cells(const Sweep& sweep, const Stage& stage);

// The settings of a point as PlannedCell and Winner write it.
Settings parse_point(const std::string& point);

// The configuration that `missmodal train` takes, its seed to be replaced at will: the base (`stage` empty),
// a repeat stage's variant with its first seed, or a search's first trial. Throws InputError naming `--stage`
// or `--variant` if there is none of that name, or several variants and none named.
Configuration stage_configuration(const Sweep& sweep, const std::string& stage, const std::string& variant,
                                  const Settings& winner);

// The configuration as its cell has it: the route resolved, the hash of what lies at the weights' path filled
// in. Throws InputError as resolved_route() does. Precondition: `hashes` has that path.
Configuration resolved(Configuration configuration, const ContentHashes& hashes);

// Every text_weights path that the sweep's stages may use.
std::vector<std::string> weights_paths(const Sweep& sweep);

// The different points of a search, in the order of their first trials; where the search has a `from` itself,
// on top of that search's first point.
std::vector<Settings> points(const Sweep& sweep, const Stage& search);

// What all points of a search say alike: its `set` over those of the searches that it comes from.
Settings shared_settings(const Sweep& sweep, const Stage& search);
// What is known without a database of the winner that a stage comes from; nothing if it comes from none.
Settings settings_below(const Sweep& sweep, const Stage& stage);

// The stage, or the variant, of that name, or nullptr.
const Stage* find_stage(const Sweep& sweep, const std::string& name);
const Variant* find_variant(const Stage& stage, const std::string& name);

}  // namespace missmodal::sweeps
