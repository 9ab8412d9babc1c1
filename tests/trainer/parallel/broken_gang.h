#pragma once
// What a member of a gang meets that breaks.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/trainer/parallel/small_gang.h"

namespace missmodal::trainer {

// What a member of a broken gang met, in how long, and that every later call throws the same at once.
struct Ending {
  std::vector<int> silent;
  std::string what;
};

inline void sum_once(Communicator& gang, std::size_t count = 50'000) {
  gang.all_reduce(buffer(shared_contribution<float>(gang.rank(), count)));
}

inline Ending ending(Communicator& gang, std::chrono::milliseconds limit,
                     const std::function<void()>& action) {
  const auto start = Exchange::Clock::now();
  Ending met;
  try {
    action();
    ADD_FAILURE() << "place " << gang.rank() << " noticed nothing";
  } catch (const GroupBroken& error) {
    met = {error.silent(), error.what()};
  }
  // A quarter for asking, and half for a machine that is busy: nobody waits for a second limit.
  EXPECT_LT(Exchange::Clock::now() - start, limit * 7 / 4);
  const auto later = Exchange::Clock::now();
  EXPECT_THROW(sum_once(gang), GroupBroken);
  EXPECT_THROW(gang.broadcast({}, 0), GroupBroken);
  try {
    gang.all_gather({}, std::vector<std::size_t>(static_cast<std::size_t>(gang.size())), {});
    ADD_FAILURE() << "a broken gang gathered";
  } catch (const GroupBroken& error) {
    EXPECT_EQ(error.silent(), met.silent);
    EXPECT_EQ(error.what(), met.what);
  }
  EXPECT_LT(Exchange::Clock::now() - later, limit);
  return met;
}

}  // namespace missmodal::trainer
