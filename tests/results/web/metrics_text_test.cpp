#include "results/web/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/results/fabricated.h"
#include "tests/results/web/hostile_requests.h"

namespace missmodal::results::web {
namespace {

using testing::HasSubstr;

TEST(MetricsText, CountsWhatTheStatusDoes) {
  const std::filesystem::path file = fabricate(scratch_folder() / "sweep.db");
  const Status status = read_status(file);
  const std::string text = metrics_text(status, "0.1.0");
  EXPECT_THAT(text, HasSubstr("missmodal_info{sweep=\"" + status.sweep + "\""));
  EXPECT_THAT(text, HasSubstr("missmodal_cells{state=\"parked\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("missmodal_cells_failing 1\n"));
  EXPECT_THAT(text, HasSubstr("missmodal_writer 0\n"));
}

TEST(MetricsText, TellsOfEachWorkerWhatIsKnown) {
  const std::string text = metrics_text(*small_site().status, "");
  EXPECT_THAT(text, HasSubstr("missmodal_worker_training{rank=\"3\",host=\"node\\\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("missmodal_worker_processors{rank=\"3\",host=\"node\\\"1\"} 1.5\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("missmodal_worker_memory_bytes{")));
  EXPECT_THAT(text, HasSubstr("missmodal_remaining_seconds 60\n"));
}

// Debian's package prometheus has it.
TEST(MetricsText, PromtoolFindsNoFault) {
  if (run_shell("command -v promtool").exit_code != 0) GTEST_SKIP() << "no promtool (package prometheus)";
  const std::filesystem::path file = scratch_folder() / "metrics";
  write_bytes(file, metrics_text(*small_site().status, "0.1.0"));
  const Finished checked = run_shell("promtool check metrics <" + file.string());
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
}

TEST(MetricsText, LabelsAreEscaped) {
  EXPECT_THAT(metrics_text(*small_site().status, ""),
              HasSubstr("sweep=\"mosi \\\"quoted\\\"\\\\\\n<script>alert(1)</script>\""));
}

}  // namespace
}  // namespace missmodal::results::web
