#include "results/web/live.h"

#include <gtest/gtest.h>

namespace missmodal::results::web {
namespace {

TEST(Live, IsMergedIntoWhatIsStored) {
  Status stored;
  stored.sweep = "mosi";
  stored.running_cells.resize(2);
  stored.running_cells[0].cell = "a";
  stored.running_cells[0].attempt = 1;
  stored.running_cells[0].stage = "final";
  stored.running_cells[1].cell = "b";
  stored.running_cells[1].attempt = 2;
  stored.running_cells[1].running_seconds = 5;
  stored.workers.resize(1);
  Live live;
  live.running = {
      {.cell = "a",
       .attempt = 1,
       .running_seconds = 9,
       .last = sweeps::EpochRecord{},
       .best_epoch = 3,
       .best_valid_mae = 0.5},
      {.cell = "b", .attempt = 1, .running_seconds = 9, .last = {}, .best_epoch = 0, .best_valid_mae = {}}};
  live.workers.resize(3);
  const Status status = merged(stored, live);
  EXPECT_EQ(status.sweep, "mosi");
  EXPECT_EQ(status.running_cells[0].stage, "final");
  EXPECT_EQ(status.running_cells[0].running_seconds, 9);
  EXPECT_EQ(status.running_cells[0].best_epoch, 3);
  EXPECT_TRUE(status.running_cells[0].last);
  EXPECT_EQ(status.running_cells[1].running_seconds, 5) << "another attempt";
  EXPECT_EQ(status.workers.size(), 3U);
}

}  // namespace
}  // namespace missmodal::results::web
