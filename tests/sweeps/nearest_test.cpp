#include "sweeps/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace missmodal::sweeps {
namespace {

constexpr std::array<std::string_view, 3> kKnown{"loss.alpha", "loss.beta", "training.epsilon"};

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("alpha", "alhpa"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, FindsWholeKeysAndLastParts) {
  EXPECT_EQ(nearest("loss.alhpa", kKnown), "loss.alpha");
  EXPECT_EQ(nearest("bta", kKnown), "loss.beta");
  EXPECT_EQ(nearest("epsilon", kKnown), "training.epsilon");
  EXPECT_EQ(nearest("colour", kKnown), "");
  EXPECT_EQ(nearest("", kKnown), "");
  EXPECT_EQ(nearest(std::string(100000, 'a'), kKnown), "");
  EXPECT_EQ(unknown_key("alfa", kKnown), "unknown key");
  EXPECT_EQ(unknown_key("alpho", kKnown), "unknown key; did you mean loss.alpha?");
}

}  // namespace
}  // namespace missmodal::sweeps
