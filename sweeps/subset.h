#pragma once
// The three modalities and the seven subsets of them that can remain.

#include <array>
#include <optional>
#include <string_view>

namespace missmodal {

enum class Modality { text, audio, vision };
inline constexpr std::array<Modality, 3> kModalities{Modality::text, Modality::audio, Modality::vision};
std::string_view name(Modality modality);  // "text", "audio", "vision"

// The order is that of the rows of every prediction matrix, in memory, on the wire and in the store.
enum class Subset { TAV, T, A, V, TA, TV, AV };
inline constexpr std::array<Subset, 7> kSubsets{Subset::TAV, Subset::T,  Subset::A, Subset::V,
                                                Subset::TA,  Subset::TV, Subset::AV};
inline constexpr int kSubsetCount = 7;

constexpr int row(Subset subset) {
  return static_cast<int>(subset);
}
std::string_view name(Subset subset);  // "TAV", "T", ...
std::optional<Subset> parse_subset(std::string_view text);

constexpr bool has(Subset subset, Modality modality) {
  constexpr std::array<unsigned, 7> kBits{0b111, 0b001, 0b010, 0b100, 0b011, 0b101, 0b110};
  return (kBits[static_cast<unsigned>(subset)] >> static_cast<unsigned>(modality)) & 1U;
}

// What remains of TAV where one modality is missing: text -> AV, audio -> TV, vision -> TA.
Subset without(Modality missing);

}  // namespace missmodal
