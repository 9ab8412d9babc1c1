#pragma once
// A configuration as canonical JSON (sweeps/canonical_text.h): what a cell's id is the SHA-256 of, what
// travels on the wire, what a checkpoint carries. Nested by the keys' parts with sorted names, typed values,
// shortest round-trip numbers, defaults filled in, keys without effect left out. Beside the keys
// (dataset.normalize is `normalize` here, resources.ranks_per_trial is `ranks`):
//   dataset    the dataset's content hash
//   model.text.weights_sha256   in place of the weights' path (bert)
//   seed       of initialisation, batch order and dropout
//   semantics  semantics_of()

#include <string>

#include "sweeps/configuration.h"

namespace missmodal::sweeps {

// Raised whenever the same configuration would give other results than before. What raised it:
//   2  the spelling of numbers, and with it the ids
//   3  with several ranks a trial: their shares of a batch are cut by frames
inline constexpr int kSemantics = 3;
// The number that a configuration carries: that of the last change that concerns it.
int semantics_of(const Configuration& configuration);

// What a reader takes: who trains or scores, this program's semantics alone; who only lets a trained network
// predict, every one whose network is the same.
enum class ReadSemantics { current, same_network };
inline constexpr int kOldestSameNetwork = 1;

// The route is resolved first. Throws InputError as resolved_route() does.
std::string canonical(const Configuration& configuration, const std::string& dataset_sha256);

// The inverse: canonical(parse_configuration(x)) == x. Keys that x left out take their defaults; text_weights
// is empty. Throws InputError naming `place`: not JSON, an unknown key, a bad value, values that do not fit
// together, `semantics` that the reader does not take (and whether an earlier or a later version wrote them).
Configuration parse_configuration(const std::string& canonical_json, const std::string& place,
                                  ReadSemantics semantics = ReadSemantics::current);

// The dataset that canonical JSON names. Throws InputError naming `place`.
std::string dataset_sha256_of(const std::string& canonical_json, const std::string& place);

// The hash of the pretrained text encoder in canonical JSON of ours; "" where it has none.
std::string weights_sha256_of(const std::string& canonical_json);

}  // namespace missmodal::sweeps
