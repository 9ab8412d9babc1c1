// Which worker trains what: workers that cannot work, cells that failed, kinds of devices.
#include "coordinator/dispatch.h"

#include <gtest/gtest.h>

#include "coordinator/handlers.h"
#include "tests/coordinator/effects_text.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using sweeps::FailureClass;
using worker::Ready;

// A started sweep of two cells at first, with so many workers in its job, none of them there yet.
class Dispatch : public testing::Test {
 protected:
  Dispatch() { state_.ranks = 2; }

  Lines ready(int rank, const std::string& device = "cpu", const std::string& processor = "") {
    return lines(state_, on_ready(state_, rank,
                                  Ready{worker::kProtocolVersion, "node" + std::to_string(rank), device,
                                        processor, "2.6", "H100", device == "cuda" ? 1 : 0, 0}));
  }
  Lines fail(int rank, FailureClass failure, const std::string& words) {
    const Assignment at = assignment_of(state_, rank);
    return lines(state_, on_failed(state_, rank, {at.id, failure, words}));
  }
  Lines finish(int rank) {
    const Assignment at = assignment_of(state_, rank);
    return lines(state_, on_finished(state_, rank, {at.id, finished_with(1)}));
  }
  const Cell& cell(int index) { return planned_cell(state_, 0, static_cast<std::size_t>(index)); }

  State state_ = small_state();
};

TEST_F(Dispatch, AWorkersFaultSetsItAsideAndLeavesTheCellUntouched) {
  on_start(state_);
  ready(1);
  EXPECT_EQ(fail(1, FailureClass::worker_fault, "data.safetensors: no such file"),
            (Lines{"fail search/0 attempt 1: worker_fault: data.safetensors: no such file",
                   "set aside rank 1 (node1): data.safetensors: no such file", "-> 1: stop",
                   "say: rank 1 on node1 is set aside for the rest of this run: data.safetensors: no such "
                   "file"}));
  EXPECT_EQ(cell(0).counted_failures, 0);
  EXPECT_EQ(cell(0).state, CellState::pending);
  EXPECT_EQ(ready(2), (Lines{"start search/0 attempt 2 on rank 2 (node2, cpu)",
                             "-> 2: train search/0 attempt 2 on cpu"}));
  EXPECT_EQ(ready(1), (Lines{"-> 1: stop"}));  // it stays aside
}

TEST_F(Dispatch, EndsWhenNoWorkerIsLeft) {
  on_start(state_);
  ready(1);
  ready(2);
  fail(1, FailureClass::worker_fault, "no such file");
  EXPECT_FALSE(state_.verdict);
  EXPECT_EQ(
      fail(2, FailureClass::worker_fault, "no such file"),
      (Lines{"fail search/1 attempt 1: worker_fault: no such file", "set aside rank 2 (node2): no such file",
             "end 1: no worker is left: rank 1 on node1: no such file (and 1 more)", "-> 2: stop",
             "say: rank 2 on node2 is set aside for the rest of this run: no such file"}));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(cell(i).state, CellState::pending);
}

TEST_F(Dispatch, WaitsForRanksThatHaveNotSaidReady) {
  on_start(state_);
  ready(1);
  fail(1, FailureClass::worker_fault, "no such file");
  EXPECT_FALSE(state_.verdict);
  ready(2);
  finish(2);
  EXPECT_FALSE(state_.verdict);
}

TEST_F(Dispatch, SetsAsideAnotherProtocol) {
  on_start(state_);
  const Effects effects = on_ready(state_, 1, Ready{1, "node1", "cpu"});
  EXPECT_EQ(lines(state_, effects),
            (Lines{"set aside rank 1 (node1): it speaks protocol 1, not 7: another version of the program",
                   "-> 1: stop",
                   "say: rank 1 on node1 is set aside for the rest of this run: it speaks protocol 1, not 7: "
                   "another version of the program"}));
}

TEST_F(Dispatch, SetsAsideARankWithoutGpuWhereOneIsAskedFor) {
  state_.sweep.resources.device = "cuda";
  on_start(state_);
  EXPECT_EQ(ready(1).front(), "set aside rank 1 (node1): resources.device: cuda, but it sees no GPU");
  EXPECT_EQ(ready(2, "cuda").front(), "start search/0 attempt 1 on rank 2 (node2, cuda:0)");
}

TEST_F(Dispatch, AFailedCellIsTriedOnAnotherWorker) {
  on_start(state_);
  ready(1);
  ready(2);
  // Nothing else is left to do for rank 1, and yet it does not get the cell that failed there.
  EXPECT_EQ(fail(1, FailureClass::run_error, "oops"), (Lines{"fail search/0 attempt 1: run_error: oops"}));
  EXPECT_EQ(finish(2), (Lines{"accept search/1 attempt 1", "start search/0 attempt 2 on rank 2 (node2, cpu)",
                              "-> 2: train search/0 attempt 2 on cpu"}));
}

TEST_F(Dispatch, ACellIsParkedOnlyAfterFailuresOnTwoWorkers) {
  state_.sweep.resources.max_attempts = 1;
  on_start(state_);
  ready(1);
  ready(2);
  EXPECT_EQ(fail(1, FailureClass::run_error, "oops"), (Lines{"fail search/0 attempt 1: run_error: oops"}));
  finish(2);
  EXPECT_EQ(fail(2, FailureClass::run_error, "oops").front(),
            "fail search/0 attempt 2: run_error: oops, park");
}

TEST_F(Dispatch, DataThatDoesNotFitIsParkedWhenTwoWorkersSaySo) {
  on_start(state_);
  ready(1);
  ready(2);
  EXPECT_EQ(fail(1, FailureClass::data_error, "ids"), (Lines{"fail search/0 attempt 1: data_error: ids"}));
  finish(2);
  EXPECT_EQ(fail(2, FailureClass::data_error, "ids").front(),
            "fail search/0 attempt 2: data_error: ids, park");
}

TEST_F(Dispatch, OneBadWorkerAmongSeveralDoesNotStopTheSweep) {
  state_.sweep.stages[0].parameters[0].values = {0.1, 0.2, 0.3, 0.4, 0.5};
  on_start(state_);
  ready(1);
  ready(2);
  for (int i = 0; i < 4; ++i) fail(1, FailureClass::run_error, "oops");
  EXPECT_FALSE(state_.closing);
  EXPECT_FALSE(state_.workers.at(1).assignment);  // every cell failed there
  for (int i = 0; i < 5; ++i) finish(2);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(cell(i).state, CellState::accepted);
}

TEST_F(Dispatch, TheFirstAcceptedCellBindsTheKindOfDevice) {
  on_start(state_);
  EXPECT_EQ(ready(1, "cpu").size(), 2U);
  EXPECT_EQ(ready(2, "cuda"), Lines{});  // the two kinds never start together
  EXPECT_EQ(
      finish(1),
      (Lines{"accept search/0 attempt 1",
             "set aside rank 2 (node2): it trains on cuda, the accepted cells were trained on cpu "
             "(--mixed-devices allows both)",
             "start search/1 attempt 1 on rank 1 (node1, cpu)", "-> 2: stop",
             "-> 1: train search/1 attempt 1 on cpu",
             "say: rank 2 on node2 is set aside for the rest of this run: it trains on cuda, the accepted "
             "cells were trained on cpu (--mixed-devices allows both)"}));
}

TEST_F(Dispatch, AKindThatAcceptedNothingBindsNobody) {
  on_start(state_);
  ready(1, "cpu");
  ready(2, "cuda");
  const Lines told = fail(1, FailureClass::worker_fault, "no such file");
  EXPECT_EQ(told[2], "start search/0 attempt 2 on rank 2 (node2, cuda:0)");
}

TEST_F(Dispatch, StopsWhereAllWorkersAreOfAnotherKindThanTheDatabase) {
  state_.machines = {{"cuda", 1, "", "2.6"}};
  on_start(state_);
  ready(1);
  const Lines told = ready(2);
  EXPECT_EQ(
      told[1],
      "end 1: no worker is left: rank 1 on node1: it trains on cpu, the accepted cells were trained on cuda "
      "(--mixed-devices allows both) (and 1 more)");
}

TEST_F(Dispatch, MixedDevicesMayBeAskedFor) {
  state_.mixed_devices = true;
  on_start(state_);
  EXPECT_EQ(ready(1, "cpu").size(), 2U);
  EXPECT_EQ(ready(2, "cuda").size(), 2U);
}

TEST_F(Dispatch, AnAttemptNamesTheProcessorThatItRunsOn) {
  const Ready both{worker::kProtocolVersion, "node1", "cuda", "EPYC", "2.6", "H100", 1, 0};
  on_start(state_);
  state_.sweep.resources.device = "auto";
  on_ready(state_, 1, both);
  EXPECT_EQ(state_.workers.at(1).processor, "H100");
  state_.sweep.resources.device = "cpu";
  on_ready(state_, 2, both);
  EXPECT_EQ(state_.workers.at(2).processor, "EPYC");
}

TEST_F(Dispatch, AnotherMachineIsToldOnce) {
  state_.machines = {{"cpu", 1, "Xeon", "2.6"}};
  on_start(state_);
  EXPECT_EQ(
      ready(1, "cpu", "EPYC").back(),
      "say: rank 1 on node1 trains with another setup than the accepted cells (processor EPYC, not Xeon): "
      "its results agree with theirs within rounding noise, not bit for bit");
  EXPECT_EQ(ready(2, "cpu", "EPYC").size(), 2U);
}

}  // namespace
}  // namespace missmodal::coordinator
