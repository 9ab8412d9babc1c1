#pragma once
// The known word that a mistyped one most likely meant.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace missmodal::sweeps {

// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known`, or "" where none is near (more than a third of the word's letters differ). A known
// dotted key is near too if `word` is close to its last part: `alpha` finds `loss.alpha`. Ties: the first.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// "unknown key; did you mean loss.alpha?"
std::string unknown_key(std::string_view word, std::span<const std::string_view> known);

}  // namespace missmodal::sweeps
