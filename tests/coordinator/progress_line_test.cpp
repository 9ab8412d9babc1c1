#include "coordinator/progress_line.h"

#include <gtest/gtest.h>

#include "coordinator/handlers.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {
namespace {

TEST(ProgressLine, SaysWhatIsDoneAndWhatWaits) {
  State state = small_state();
  on_start(state);
  on_ready(state, 1, {worker::kProtocolVersion, "h", "cpu"});
  EXPECT_EQ(progress_line(state, {}, 0), "search 0/2, final waits | 1 running");
  const Assignment assignment = assignment_of(state, 1);
  on_finished(state, 1, {assignment.id, finished_with(1)});
  EXPECT_EQ(progress_line(state, {std::chrono::seconds(200), 1}, 2),
            "search 1/2, final waits | 1 running, 2 failed attempts | 3 min a cell, about 3 min left");
  EXPECT_EQ(progress_line(state, {std::chrono::milliseconds(300), 1}, 0),
            "search 1/2, final waits | 1 running | 0.3 s a cell, about 0.3 s left");
}

}  // namespace
}  // namespace missmodal::coordinator
