#include "worker/protocol.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "worker/transport.h"

namespace missmodal::worker {
namespace {

using sweeps::Family;
using sweeps::SplitName;

Finished finished_message() {
  Finished message{7, {}};
  message.result.best_epoch = 2;
  message.result.parameters = 110819073;
  message.result.peak_memory_bytes = 5'000'000'000;
  message.result.train_seconds = 1.5;
  message.result.epochs.push_back({1, {{"task", .5}, {"total", .75}}, 1.25, .5, false, .1});
  message.result.epochs.push_back({2, {{"task", .4}}, 1.2, std::nullopt, true, .1});
  message.result.predictions.push_back({SplitName::valid, {1.5F, -0.25F, 3e-9F}});
  message.result.predictions.push_back({SplitName::test, {}});
  sweeps::MetricRow row;
  row.split = SplitName::test;
  row.condition = {Family::random, Subset::TAV, 30};
  row.kind = sweeps::RowKind::expected;
  row.metrics = {686, 1.0 / 3, std::nullopt, .4, .5, .6, std::nullopt, .7, std::nullopt, .8};
  message.result.metrics.push_back(row);
  message.result.representations.push_back(
      {sweeps::Moment::before, {3, 70000}, 1, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, -0.5F}});
  message.result.representations.push_back({sweeps::Moment::after, {}, 128, {}});
  return message;
}

TEST(Protocol, FinishedKeepsEveryNumber) {
  const Finished sent = finished_message();
  const auto got = std::get<Finished>(decode(encode(sent)));
  EXPECT_EQ(got.assignment, 7);
  EXPECT_EQ(got.result.best_epoch, 2);
  EXPECT_EQ(got.result.parameters, 110819073);
  EXPECT_EQ(got.result.peak_memory_bytes, 5'000'000'000);
  ASSERT_EQ(got.result.epochs.size(), 2U);
  EXPECT_EQ(got.result.epochs[0].losses, sent.result.epochs[0].losses);
  EXPECT_EQ(got.result.epochs[0].valid_corr, .5);
  EXPECT_FALSE(got.result.epochs[1].valid_corr.has_value());
  EXPECT_TRUE(got.result.epochs[1].best);
  ASSERT_EQ(got.result.predictions.size(), 2U);
  EXPECT_EQ(got.result.predictions[0].values, sent.result.predictions[0].values);
  EXPECT_TRUE(got.result.predictions[1].values.empty());
  ASSERT_EQ(got.result.metrics.size(), 1U);
  const sweeps::MetricRow& row = got.result.metrics[0];
  EXPECT_EQ(row.condition, sent.result.metrics[0].condition);
  EXPECT_EQ(row.kind, sweeps::RowKind::expected);
  EXPECT_EQ(row.metrics.mae, 1.0 / 3);
  EXPECT_FALSE(row.metrics.corr.has_value());
  EXPECT_EQ(row.metrics.acc2_non0, .7);
  EXPECT_FALSE(row.metrics.f1_non0.has_value());
  EXPECT_EQ(row.metrics.acc3, .8);
  ASSERT_EQ(got.result.representations.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& [moment, positions, width, values] = got.result.representations[i];
    EXPECT_EQ(moment, sent.result.representations[i].moment);
    EXPECT_EQ(positions, sent.result.representations[i].positions);
    EXPECT_EQ(width, sent.result.representations[i].width);
    EXPECT_EQ(values, sent.result.representations[i].values);
  }
}

TEST(Protocol, AssignIsCompleteInItself) {
  Assign sent;
  sent.assignment = 5'000'000'000;
  sent.cell = "id";
  sent.attempt = 2;
  sent.configuration = "{\"seed\":1}";
  sent.dataset_path = "data.safetensors";
  sent.dataset_sha256 = "abc";
  sent.text_weights = "models/bert";
  sent.weights_sha256 = "def";
  sent.evaluation.conditions.push_back({Family::imbalanced, Subset::TAV, 0, {10, 50, 90}});
  sent.members = {{4, "cuda:1"}, {2, "cuda:0"}};
  sent.threads = 4;
  sent.trials_per_gpu = 3;
  sent.collective_seconds = 17;
  sent.work = "sweep.db.work";
  sent.representations = true;
  sent.weights = "sweep.db.work/weights/id.safetensors";
  sent.checkpoint_seconds = 7;
  sent.stall_seconds = 8;
  const auto got = std::get<Assign>(decode(encode(sent)));
  EXPECT_EQ(got.configuration, sent.configuration);
  EXPECT_EQ(got.dataset_path, sent.dataset_path);
  EXPECT_EQ(got.dataset_sha256, "abc");
  EXPECT_EQ(got.text_weights, "models/bert");
  EXPECT_EQ(got.weights_sha256, "def");
  EXPECT_EQ(got.evaluation.conditions, sent.evaluation.conditions);
  EXPECT_EQ(got.evaluation.draws, 20);
  EXPECT_EQ(got.assignment, 5'000'000'000);
  EXPECT_EQ(got.cell, "id");
  EXPECT_EQ(got.attempt, 2);
  EXPECT_EQ(got.members, sent.members);
  EXPECT_EQ(got.threads, 4);
  EXPECT_EQ(got.trials_per_gpu, 3);
  EXPECT_EQ(got.collective_seconds, 17);
  EXPECT_EQ(got.work, "sweep.db.work");
  EXPECT_TRUE(got.representations);
  EXPECT_EQ(got.weights, sent.weights);
  EXPECT_EQ(got.checkpoint_seconds, 7);
  EXPECT_EQ(got.stall_seconds, 8);
}

TEST(Protocol, SmallMessages) {
  const auto ready = std::get<Ready>(
      decode(encode(Ready{kProtocolVersion, "node7", "cuda", "EPYC", "1.13.1", "NVIDIA H100", 8, 3})));
  EXPECT_EQ(ready.protocol, kProtocolVersion);
  EXPECT_EQ(ready.host, "node7");
  EXPECT_EQ(ready.device, "cuda");
  EXPECT_EQ(ready.gpus, 8);
  EXPECT_EQ(ready.local, 3);
  EXPECT_EQ(ready.processor, "EPYC");
  EXPECT_EQ(ready.gpu, "NVIDIA H100");
  EXPECT_EQ(ready.libtorch, "1.13.1");
  const auto failed =
      std::get<Failed>(decode(encode(Failed{9, sweeps::FailureClass::out_of_memory, "why", {3, 1}})));
  EXPECT_EQ(failed.assignment, 9);
  EXPECT_EQ(failed.silent, (std::vector<int>{3, 1}));
  EXPECT_EQ(failed.failure, sweeps::FailureClass::out_of_memory);
  EXPECT_EQ(failed.message, "why");
  const auto progress = std::get<Progress>(decode(encode(Progress{2, {7, {}, 1.0, .2, true, 3}})));
  EXPECT_EQ(progress.assignment, 2);
  EXPECT_EQ(progress.epoch.epoch, 7);
  EXPECT_EQ(std::get<Released>(decode(encode(Released{11}))).assignment, 11);
  EXPECT_EQ(std::get<Cancel>(decode(encode(Cancel{12}))).assignment, 12);
  const auto beat = std::get<Beat>(decode(encode(Beat{13, 14, 5'000'000'000, 2, 3.25})));
  EXPECT_EQ(beat.assignment, 13);
  EXPECT_EQ(beat.progress, 14);
  EXPECT_EQ(beat.memory_bytes, 5'000'000'000);
  EXPECT_EQ(beat.oom_kills, 2);
  const auto resumed = std::get<Resumed>(decode(encode(Resumed{3, 4, 5'000'000'000})));
  EXPECT_EQ(resumed.assignment, 3);
  EXPECT_EQ(resumed.epoch, 4);
  EXPECT_EQ(resumed.step, 5'000'000'000);
  const auto saved = std::get<Saved>(decode(encode(Saved{5, 6, 7})));
  EXPECT_EQ(saved.assignment, 5);
  EXPECT_EQ(saved.epoch, 6);
  EXPECT_EQ(saved.step, 7);
  EXPECT_TRUE(std::holds_alternative<Pulse>(decode(encode(Pulse{}))));
  EXPECT_TRUE(std::holds_alternative<Rejoin>(decode(encode(Rejoin{}))));
  EXPECT_TRUE(std::holds_alternative<Stop>(decode(encode(Stop{}))));
}

TEST(Protocol, EveryCutIsRefused) {
  const std::string bytes = encode(finished_message());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(decode(bytes.substr(0, size)), RunError) << size;
  }
}

TEST(Protocol, FlippedBitsNeverDoMoreThanThrow) {
  const std::string bytes = encode(finished_message());
  int refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int bit : {0, 3, 7}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      try {
        decode(damaged);
      } catch (const RunError&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 100);
}

std::string as_cbor(const nlohmann::json& value) {
  const std::vector<std::uint8_t> bytes = nlohmann::json::to_cbor(value);
  return {bytes.begin(), bytes.end()};
}

TEST(Protocol, AReadyOfAnotherVersionTellsItsVersion) {
  // As version 1 wrote it, and as one that we do not know yet may.
  const auto old = std::get<Ready>(
      decode(as_cbor({{"kind", "ready"}, {"protocol", 1}, {"host", "node7"}, {"device", "cpu"}})));
  EXPECT_EQ(old.protocol, 1);
  EXPECT_EQ(old.host, "node7");
  const auto later =
      std::get<Ready>(decode(as_cbor({{"kind", "ready"}, {"protocol", 99}, {"host", {1, 2}}})));
  EXPECT_EQ(later.protocol, 99);
}

TEST(Protocol, AReadyOfThisVersionMustBeWhole) {
  try {
    decode(as_cbor({{"kind", "ready"}, {"protocol", kProtocolVersion}, {"host", "node7"}}));
    FAIL() << "accepted";
  } catch (const RunError& error) {
    EXPECT_NE(std::string(error.what()).find("device"), std::string::npos) << error.what();
  }
  EXPECT_THROW(decode(as_cbor({{"kind", "ready"}, {"host", "node7"}})), RunError);
}

TEST(Protocol, AnAssignmentNeedsMembersWithRanks) {
  Assign assign;
  EXPECT_THROW(decode(encode(assign)), RunError);
  assign.members = {{-1, "cpu"}};
  EXPECT_THROW(decode(encode(assign)), RunError);
  assign.members = {{0, "cpu"}};
  EXPECT_NO_THROW(decode(encode(assign)));
  EXPECT_THROW(decode(encode(Failed{1, sweeps::FailureClass::lost, "", {-1}})), RunError);
}

// 7 x n x width numbers, utterances ascending: nothing else could be stored.
TEST(Protocol, RepresentationsMustBeWholeAndInOrder) {
  const std::vector<float> fourteen(14, 1.0F);
  const auto refused = [](sweeps::Representations representations) {
    Finished message{1, {}};
    message.result.representations.push_back(std::move(representations));
    try {
      decode(encode(message));
      return false;
    } catch (const RunError&) {
      return true;
    }
  };
  EXPECT_FALSE(refused({sweeps::Moment::after, {0, 1}, 1, fourteen}));
  EXPECT_FALSE(refused({sweeps::Moment::after, {5}, 2, fourteen}));
  EXPECT_TRUE(refused({sweeps::Moment::after, {0, 1}, 2, fourteen}));
  EXPECT_TRUE(refused({sweeps::Moment::after, {0, 1}, 0, {}}));
  EXPECT_TRUE(refused({sweeps::Moment::after, {0, 1}, -1, fourteen}));
  EXPECT_TRUE(refused({sweeps::Moment::after, {0, 1}, std::int64_t{1} << 62, {}}));
  EXPECT_TRUE(refused({sweeps::Moment::after, {1, 1}, 1, fourteen}));
  EXPECT_TRUE(refused({sweeps::Moment::after, {1, 0}, 1, fourteen}));
  EXPECT_TRUE(refused({sweeps::Moment::after, {-1, 0}, 1, fourteen}));
  EXPECT_TRUE(refused({static_cast<sweeps::Moment>(2), {0, 1}, 1, fourteen}));
}

// As much as a cell may keep (trainer/representations.h).
TEST(Protocol, HasRoomForAllThatIsKeptOfACell) {
  Finished message = finished_message();
  message.result.representations.clear();
  for (const sweeps::Moment moment : {sweeps::Moment::before, sweeps::Moment::after})
    message.result.representations.push_back(
        {moment, {0}, (1 << 22) / 7, std::vector<float>(7 * ((1 << 22) / 7))});
  const auto got = std::get<Finished>(decode(encode(message)));
  EXPECT_EQ(got.result.representations[1].values.size(), 7U * ((1 << 22) / 7));
}

TEST(Protocol, NestingWithoutEndIsRefused) {
  for (const char head : {'\x81', '\xa1', '\x9f', '\x5f', '\x7f'}) {
    EXPECT_THROW(decode(std::string(2'000'000, head)), RunError) << static_cast<int>(head);
  }
}

TEST(Protocol, WhatCouldNotBeDecodedIsNotEncoded) {
  Failed message;
  message.message.resize(kLargestMessage, 'x');
  EXPECT_THROW(encode(message), RunError);
}

TEST(Protocol, NonsenseIsNamed) {
  EXPECT_THROW(decode("nonsense"), RunError);
  EXPECT_THROW(decode(""), RunError);
}

}  // namespace
}  // namespace missmodal::worker
