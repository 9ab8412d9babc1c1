#pragma once
// Two lists of named tensors are the same to the bit.

#include <gtest/gtest.h>

#include "trainer/model/named_tensors.h"

namespace missmodal::trainer::testing {

inline void expect_same(const NamedTensors& a, const NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_EQ(a[i].second.scalar_type(), b[i].second.scalar_type());
    EXPECT_TRUE(torch::equal(a[i].second, b[i].second)) << a[i].first;
  }
}

}  // namespace missmodal::trainer::testing
