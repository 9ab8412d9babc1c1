#include "coordinator/cell_table.h"

#include <gtest/gtest.h>

#include <string>

namespace missmodal::coordinator {
namespace {

using results::CellState;

TEST(CellTable, ACellThatEndsKeepsNoConfiguration) {
  CellTable cells;
  const CellHandle cell = cells.add("a");
  cells[cell].configuration = std::string(1000, 'x');
  cells.set_state(cell, CellState::running);
  EXPECT_EQ(cells[cell].configuration.size(), 1000U);
  cells.set_state(cell, CellState::accepted);
  EXPECT_TRUE(cells[cell].configuration.empty());
  EXPECT_LT(cells[cell].configuration.capacity(), 100U);  // nor its memory
}

TEST(CellTable, CountsPlacesByStageAndCellsOnce) {
  CellTable cells;
  const CellHandle shared = cells.add("a");
  const CellHandle own = cells.add("b");
  cells.add("of an earlier plan");
  cells.plan(shared, 0);
  cells.plan(shared, 1);
  cells.plan(shared, 1);
  cells.plan(own, 1);
  cells.set_state(shared, CellState::accepted);
  EXPECT_EQ(cells.places(0).open(), 0);
  EXPECT_EQ(cells.places(1).in(CellState::accepted), 2);
  EXPECT_EQ(cells.places(1).open(), 1);
  EXPECT_EQ(cells.places(2).all(), 0);
  EXPECT_EQ(cells.planned_cells().all(), 2);
  EXPECT_EQ(cells.planned_cells().in(CellState::accepted), 1);
}

}  // namespace
}  // namespace missmodal::coordinator
