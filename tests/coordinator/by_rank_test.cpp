#include "coordinator/by_rank.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace missmodal::coordinator {
namespace {

TEST(ByRank, KnowsWhatItWasTold) {
  ByRank<std::string> words;
  EXPECT_EQ(words.find(0), nullptr);
  EXPECT_EQ(words.begin(), words.end());
  words[5] = "five";
  const std::string& five = words.at(5);
  words[900] = "far";
  words[2];
  EXPECT_EQ(&words.at(5), &five);
  EXPECT_EQ(words.size(), 3U);
  EXPECT_TRUE(words.contains(2));
  for (const int rank : {0, 3, 899, 901, -1}) EXPECT_FALSE(words.contains(rank)) << rank;
  EXPECT_EQ(*words.find(2), "");
}

TEST(ByRank, WalksInTheOrderOfRanks) {
  ByRank<int> squares;
  for (const int rank : {7, 3, 4, 100}) squares[rank] = 0;
  for (auto& [rank, square] : squares) square = rank * rank;
  std::vector<std::pair<int, int>> found;
  for (const auto& [rank, square] : std::as_const(squares)) found.emplace_back(rank, square);
  EXPECT_EQ(found, (std::vector<std::pair<int, int>>{{3, 9}, {4, 16}, {7, 49}, {100, 10000}}));
}

}  // namespace
}  // namespace missmodal::coordinator
