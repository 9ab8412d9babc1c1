#include "trainer/data/pickle/ndarray.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/pickle/element.h"

namespace missmodal::trainer {
namespace {

constexpr std::int64_t kPiece = 256 << 10;  // bytes of a block of rows in C order: a core's cache holds it
constexpr std::int64_t kScatteredPiece = 64 << 20;  // in Fortran order: fewer, longer runs

// The elements of a shape; nothing smaller than one and no overflow. A size of 0 has no meaning in a dataset,
// and would let a file announce any number of empty rows.
std::int64_t count_elements(const std::vector<std::int64_t>& shape, const std::string& place) {
  std::int64_t elements = 1;
  for (const std::int64_t size : shape) {
    if (size <= 0)
      throw InputError(place, fmt::format("has the shape ({}): nothing in it", fmt::join(shape, ", ")));
    if (__builtin_mul_overflow(elements, size, &elements))
      throw InputError(place, "has a shape past 2^63 elements");
  }
  return elements;
}

}  // namespace

NdArray::NdArray(SourceFile& file, const PickleTree& tree, PickleNode node, std::string place)
    : place_(std::move(place)) {
  const auto* array = tree.get<PickleArray>(node);
  if (array == nullptr || !array->built) {
    throw InputError(place_, fmt::format("is not an array but {}", kind_name(tree.at(node))));
  }
  array_ = *array;
  if (array_.dtype.kind == 'V' || array_.dtype.kind == 'O') {
    throw InputError(place_, "has a dtype that is not read: f2 f4 f8 i1-i8 u1-u8 bool <U S are");
  }
  if (array_.shape.empty()) throw InputError(place_, "is an array without dimensions");
  const std::int64_t elements = count_elements(array_.shape, place_);
  row_elements_ = elements / array_.shape[0];
  const auto* chars = tree.get<PickleChars>(array_.data);
  if (chars == nullptr || chars->is_text) {
    throw InputError(place_, fmt::format("has {} where its data should be", kind_name(tree.at(array_.data))));
  }
  bytes_ = std::make_unique<ArrayBytes>(file, *chars);
  std::int64_t expected = 0;
  if (__builtin_mul_overflow(elements, array_.dtype.size, &expected) ||
      static_cast<std::uint64_t>(expected) != bytes_->size()) {
    throw InputError(
        place_, fmt::format("has {} bytes of data, which do not fit its shape ({}) of {}{}", bytes_->size(),
                            fmt::join(array_.shape, ", "), array_.dtype.kind, array_.dtype.size));
  }
}

std::int64_t NdArray::rows_at_once() const {
  const auto row_bytes =
      static_cast<double>(row_elements_) * static_cast<double>(std::max<std::int64_t>(
                                               array_.dtype.size, static_cast<std::int64_t>(sizeof(float))));
  const auto rows_in_piece = static_cast<std::int64_t>((fortran() ? kScatteredPiece : kPiece) / row_bytes);
  return std::clamp<std::int64_t>(rows_in_piece, 1, rows());
}

template <typename Out>
void NdArray::decode(std::int64_t first_element, std::int64_t count, Out* out) {
  const std::int64_t size = array_.dtype.size;
  if (is_stored_as<Out>(array_.dtype)) {
    bytes_->read(static_cast<std::uint64_t>(first_element * size), out,
                 static_cast<std::size_t>(count * size));
    return;
  }
  while (count > 0) {
    const std::int64_t now = std::min(count, kPiece / size);
    const auto size_now = static_cast<std::size_t>(now * size);
    if (piece_.size() < size_now) piece_.resize(size_now);
    bytes_->read(static_cast<std::uint64_t>(first_element * size), piece_.data(), size_now);
    decode_elements(piece_.data(), array_.dtype, static_cast<std::size_t>(now), out);
    first_element += now;
    count -= now;
    out += now;
  }
}

// In Fortran order the rows' elements of one column (all indices but the first) lie side by side; columns
// count their second index fastest.
template <typename Out>
void NdArray::gather(std::int64_t first, std::int64_t count, Out* out) {
  std::vector<Out> column(static_cast<std::size_t>(count));
  const std::size_t dimensions = array_.shape.size();
  std::vector<std::int64_t> index(dimensions, 0);
  for (std::int64_t k = 0; k < row_elements_; ++k) {
    decode(k * rows() + first, count, column.data());
    std::int64_t place = 0;
    for (std::size_t d = 1; d < dimensions; ++d) place = place * array_.shape[d] + index[d];
    for (std::int64_t i = 0; i < count; ++i)
      out[i * row_elements_ + place] = column[static_cast<std::size_t>(i)];
    for (std::size_t d = 1; d < dimensions && ++index[d] == array_.shape[d]; ++d) index[d] = 0;
  }
}

template <typename Out>
void NdArray::read_any(std::int64_t first, std::int64_t count, Out* out) {
  MISSMODAL_CHECK(!is_text() && first >= 0 && count >= 0 && first + count <= rows());
  if (fortran()) {
    gather(first, count, out);
  } else {
    decode(first * row_elements_, count * row_elements_, out);
  }
}

void NdArray::read_rows(std::int64_t first, std::int64_t count, float* out) {
  read_any(first, count, out);
}
void NdArray::read_rows(std::int64_t first, std::int64_t count, double* out) {
  read_any(first, count, out);
}

void NdArray::read_elements(std::int64_t first, std::int64_t count, float* out) {
  MISSMODAL_CHECK(!is_text() && !fortran());
  decode(first, count, out);
}

void NdArray::read_first(double* out) {
  decode(0, 1, out);
}

std::vector<double> NdArray::numbers() {
  if (is_text()) throw InputError(place_, "holds strings where numbers are expected");
  std::vector<double> all(static_cast<std::size_t>(rows() * row_elements_));
  read_rows(0, rows(), all.data());
  return all;
}

std::vector<std::string> NdArray::strings() {
  if (!is_text() || fortran()) throw InputError(place_, "is not a row of strings");
  std::vector<std::string> all;
  std::size_t total = 0;
  std::vector<char> element(static_cast<std::size_t>(array_.dtype.size));
  for (std::int64_t i = 0; i < rows() * row_elements_; ++i) {
    bytes_->read(static_cast<std::uint64_t>(i) * element.size(), element.data(), element.size());
    auto text = decode_string(element.data(), array_.dtype);
    if (!text) throw InputError(place_, fmt::format("string {} holds an invalid character", i));
    total += text->size();
    if (total > kMaxColumnText) throw InputError(place_, "holds more than 100 MB of text");
    all.push_back(std::move(*text));
  }
  return all;
}

}  // namespace missmodal::trainer
