#include "trainer/data/pickle/element.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

static_assert(std::endian::native == std::endian::little, "the container's numbers are little-endian");

struct Half {
  std::uint16_t bits;
};

// IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits.
double to_number(Half half) {
  const int exponent = half.bits >> 10 & 31;
  const int fraction = half.bits & 1023;
  double magnitude = 0;
  if (exponent == 31) {
    magnitude =
        fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(1024 + fraction, exponent - 25);
  }
  return half.bits >> 15 != 0 ? -magnitude : magnitude;
}

template <typename T>
T to_number(T value) {
  return value;
}

template <typename T>
T swapped(T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  for (std::size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(bytes[i], bytes[sizeof(T) - 1 - i]);
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

template <typename T>
T load(const char* bytes, bool big_endian) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return big_endian ? swapped(value) : value;
}

template <typename T, typename Out>
void decode(const char* bytes, bool big_endian, std::size_t count, Out* out) {
  if (big_endian) {
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = static_cast<Out>(to_number(load<T>(bytes + i * sizeof(T), true)));
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = static_cast<Out>(to_number(load<T>(bytes + i * sizeof(T), false)));
    }
  }
}

// Calls `use(T{})` with the type that the dtype stands for.
template <typename Use>
void with_type(const PickleDType& dtype, Use use) {
  switch (dtype.kind) {
    case 'f':
      if (dtype.size == 2) return use(Half{});
      if (dtype.size == 4) return use(float{});
      return use(double{});
    case 'i':
      if (dtype.size == 1) return use(std::int8_t{});
      if (dtype.size == 2) return use(std::int16_t{});
      if (dtype.size == 4) return use(std::int32_t{});
      return use(std::int64_t{});
    case 'b':
      return use(std::uint8_t{});
    case 'u':
      if (dtype.size == 1) return use(std::uint8_t{});
      if (dtype.size == 2) return use(std::uint16_t{});
      if (dtype.size == 4) return use(std::uint32_t{});
      return use(std::uint64_t{});
    default:
      MISSMODAL_CHECK(!"a dtype of numbers");
  }
}

template <typename Out>
void decode_any(const char* bytes, const PickleDType& dtype, std::size_t count, Out* out) {
  with_type(dtype, [&](auto type) { decode<decltype(type)>(bytes, dtype.big_endian, count, out); });
}

}  // namespace

void decode_elements(const char* bytes, const PickleDType& dtype, std::size_t count, float* out) {
  decode_any(bytes, dtype, count, out);
}

void decode_elements(const char* bytes, const PickleDType& dtype, std::size_t count, double* out) {
  decode_any(bytes, dtype, count, out);
}

std::int64_t decode_integer(const char* bytes, const PickleDType& dtype) {
  std::int64_t value = 0;
  with_type(dtype, [&](auto type) {
    if constexpr (std::is_integral_v<decltype(type)>) {
      value = static_cast<std::int64_t>(load<decltype(type)>(bytes, dtype.big_endian));
    }
  });
  return value;
}

std::optional<std::string> decode_string(const char* bytes, const PickleDType& dtype) {
  if (dtype.kind == 'S') {
    std::string text(bytes, static_cast<std::size_t>(dtype.size));
    text.erase(text.find_last_not_of('\0') + 1);
    return is_utf8(text) ? std::optional(std::move(text)) : std::nullopt;
  }
  std::size_t length = static_cast<std::size_t>(dtype.size) / 4;
  const auto character = [&](std::size_t i) { return load<std::uint32_t>(bytes + 4 * i, dtype.big_endian); };
  while (length > 0 && character(length - 1) == 0) --length;
  std::string text;
  for (std::size_t i = 0; i < length; ++i) {
    if (!append_utf8(text, character(i))) return std::nullopt;
  }
  return text;
}

}  // namespace missmodal::trainer
