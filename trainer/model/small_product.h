#pragma once
// Products of matrices too small to be worth a library call: attention has one of 16 x 16 x 32 per sequence
// and head.

#include <cstdint>

#include "trainer/model/vectorized.h"

namespace missmodal::trainer {

// A matrix in memory: element (i, j) at data[i * row + j * column].
struct ConstMatrix {
  const float* data;
  std::int64_t row;
  std::int64_t column = 1;
  MISSMODAL_INLINE ConstMatrix transposed() const { return {data, column, row}; }
};

template <int kRows>
MISSMODAL_INLINE void product_tile(ConstMatrix a, const float* b, std::int64_t b_row, float* c,
                                   std::int64_t c_row, std::int64_t depth) {
  Lanes sums[kRows] = {};
  for (std::int64_t k = 0; k < depth; ++k) {
    Lanes lanes;
    load(b + k * b_row, lanes);
    for (int i = 0; i < kRows; ++i) sums[i] += lanes * a.data[i * a.row + k * a.column];
  }
  for (int i = 0; i < kRows; ++i) store(sums[i], c + i * c_row);
}

// c (rows, columns) = a (rows, depth) b (depth, columns), b and c by rows `b_row` and `c_row` numbers apart,
// both with room for a multiple of kLanes columns.
MISSMODAL_INLINE void small_product(ConstMatrix a, const float* b, std::int64_t b_row, float* c,
                                    std::int64_t c_row, std::int64_t rows, std::int64_t depth,
                                    std::int64_t columns) {
  for (std::int64_t j = 0; j < columns; j += kLanes) {
    std::int64_t i = 0;
    for (; i + 8 <= rows; i += 8) {
      product_tile<8>({a.data + i * a.row, a.row, a.column}, b + j, b_row, c + i * c_row + j, c_row, depth);
    }
    for (; i + 4 <= rows; i += 4) {
      product_tile<4>({a.data + i * a.row, a.row, a.column}, b + j, b_row, c + i * c_row + j, c_row, depth);
    }
    for (; i < rows; ++i) {
      product_tile<1>({a.data + i * a.row, a.row, a.column}, b + j, b_row, c + i * c_row + j, c_row, depth);
    }
  }
}

}  // namespace missmodal::trainer
