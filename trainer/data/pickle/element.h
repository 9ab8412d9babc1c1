#pragma once
// The elements of numpy arrays, as bytes, to numbers and strings of ours. Every function reads from any
// address, and from exactly count * dtype.size bytes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "trainer/data/pickle/pickle_value.h"

namespace missmodal::trainer {

inline constexpr std::int64_t kMaxCharactersPerString = 1 << 20;  // of a <U array's elements

// Whether the dtype's bytes are those of a Number in memory: nothing is to be decoded.
template <typename Number>
bool is_stored_as(const PickleDType& dtype) {
  return std::is_floating_point_v<Number> && dtype.kind == 'f' && !dtype.big_endian &&
         dtype.size == static_cast<std::int64_t>(sizeof(Number));
}

// Precondition: dtype is f2 f4 f8, i1..i8, u1..u8 or b1.
void decode_elements(const char* bytes, const PickleDType& dtype, std::size_t count, float* out);
void decode_elements(const char* bytes, const PickleDType& dtype, std::size_t count, double* out);

// Precondition: i1..i8, u1..u4.
std::int64_t decode_integer(const char* bytes, const PickleDType& dtype);

// One <U or S element as UTF-8, without the zeros at its end; nothing where it holds no valid character.
std::optional<std::string> decode_string(const char* bytes, const PickleDType& dtype);

}  // namespace missmodal::trainer
