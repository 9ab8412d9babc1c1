#pragma once
// What bytes must look like before they are parsed as a message (docs/protocol.md, "Limits").

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace missmodal::worker {

inline constexpr std::size_t kDeepestNesting = 16;
inline constexpr std::uint64_t kMostItems = std::uint64_t{1} << 22;

// Throws RunError unless the bytes are one CBOR item, whole and alone, of the kinds that encode() writes
// (integers, floats, true, false, null; strings, arrays and maps of a length that they announce and have; no
// tags) within the limits above and kLargestMessage. Needs neither stack nor memory for what the bytes
// announce; the JSON library's reader recurses with every level.
void check_limits(std::string_view bytes);

}  // namespace missmodal::worker
