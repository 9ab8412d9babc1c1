#include "worker/trials.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "sweeps/canonical.h"
#include "sweeps/configuration.h"
#include "sweeps/content_hash.h"
#include "sweeps/error.h"
#include "tests/worker/tiny_inputs.h"
#include "trainer/batch.h"
#include "trainer/checkpoint.h"
#include "trainer/data/dataset.h"
#include "trainer/prediction.h"
#include "worker/memory_transport.h"
#include "worker/processor.h"
#include "worker/protocol.h"
#include "worker/worker.h"

namespace missmodal::worker {
namespace {

namespace fs = std::filesystem;
using sweeps::FailureClass;

constexpr std::chrono::seconds kLimit{60};
constexpr int kForever = 100'000;  // epochs

// The test is the coordinator of one worker, which runs in a thread of its own.
class TrialsTest : public ::testing::Test {
 protected:
  TrialsTest() {
    testing::write_tiny_dataset(data_);
    testing::write_tiny_encoder(bert_);
    data_sha256_ = trainer::Dataset::open(data_)->content_sha256();
    worker_ = std::async(std::launch::async, [this] {
      MemoryTransport there(mailboxes_, 1);
      Trials trials;
      run_worker(
          there, {"node7", "cpu", processor_name(torch::kCPU), TORCH_VERSION, ""},
          [&trials](Errand& errand) { return trials.train(errand); },
          [](const std::string&) { std::abort(); }, {.silence = 1'000'000});
    });
  }
  ~TrialsTest() override {
    if (worker_.valid()) here_.send(1, encode(Stop{}));
  }

  template <typename Kind>
  Kind expect() {
    const auto deadline = std::chrono::steady_clock::now() + kLimit;
    while (std::chrono::steady_clock::now() < deadline) {
      if (const auto envelope = here_.receive()) {
        Message message = decode(envelope->bytes);
        if (std::holds_alternative<Beat>(message)) continue;
        if (auto* wanted = std::get_if<Kind>(&message)) return std::move(*wanted);
        if (std::holds_alternative<Progress>(message)) continue;
        if (const auto* failed = std::get_if<Failed>(&message)) throw std::runtime_error(failed->message);
        throw std::runtime_error("a message of another kind");
      }
      std::this_thread::yield();
    }
    throw std::runtime_error("no message");
  }

  Assign assign(AssignmentId assignment, const std::function<void(sweeps::Configuration&)>& change = {}) {
    sweeps::Configuration configuration;
    sweeps::ModelConfiguration& model = configuration.model;
    model.text_encoder = sweeps::TextEncoder::sequence;
    model.hidden = 4;
    model.layers = 1;
    model.heads = 2;
    model.feed_forward = 1;
    model.fusion_width = 4;
    configuration.training.batch_size = 6;
    configuration.training.max_epochs = 1;
    if (change) change(configuration);
    Assign message;
    message.assignment = assignment;
    message.cell = "cell";
    message.attempt = 1;
    message.members = {{1, "cpu"}};
    message.configuration = sweeps::canonical(configuration, data_sha256_);
    message.dataset_path = data_;
    message.dataset_sha256 = data_sha256_;
    message.evaluation = {{sweeps::Condition{}, {sweeps::Family::text, Subset::TAV, 50}}, 2};
    return message;
  }

  Assign assign_bert(AssignmentId assignment) {
    const std::string sha256 = sweeps::content_sha256(bert_);
    Assign message = assign(assignment, [&](sweeps::Configuration& configuration) {
      configuration.model.text_encoder = sweeps::TextEncoder::bert;
      configuration.model.text_init = sweeps::TextInit::random;
      configuration.model.text_weights_sha256 = sha256;
    });
    message.text_weights = bert_;
    message.weights_sha256 = sha256;
    return message;
  }

  void give(const Message& message) { here_.send(1, encode(message)); }

  void expect_fault(AssignmentId assignment, const fs::path& path) {
    const Failed failed = expect<Failed>();
    EXPECT_EQ(failed.assignment, assignment);
    EXPECT_EQ(failed.failure, FailureClass::worker_fault) << failed.message;
    EXPECT_NE(failed.message.find(path.string()), std::string::npos) << failed.message;
    EXPECT_NE(failed.message.find("node7"), std::string::npos) << failed.message;
    EXPECT_EQ(failed.message.find('\n'), std::string::npos);
  }

  missmodal::testing::ScratchFolder folder_;
  fs::path data_ = folder_ / "data.safetensors";
  fs::path bert_ = folder_ / "bert";
  std::string data_sha256_;
  std::shared_ptr<Mailboxes> mailboxes_ = std::make_shared<Mailboxes>(3);
  MemoryTransport here_{mailboxes_, kCoordinatorRank};
  std::future<void> worker_;
};

void train_forever(sweeps::Configuration& configuration) {
  configuration.training.max_epochs = kForever;
  configuration.training.patience = kForever;
}

TEST_F(TrialsTest, SaysWhatItIs) {
  const Ready ready = expect<Ready>();
  EXPECT_EQ(ready.protocol, kProtocolVersion);
  EXPECT_EQ(ready.host, "node7");
  EXPECT_EQ(ready.device, "cpu");
  EXPECT_FALSE(ready.processor.empty());
  EXPECT_EQ(ready.libtorch, TORCH_VERSION);
}

TEST_F(TrialsTest, TrainsWhatItIsGivenAndLeavesWhenTold) {
  expect<Ready>();
  give(assign(1));
  const Progress progress = expect<Progress>();
  EXPECT_EQ(progress.assignment, 1);
  EXPECT_EQ(progress.epoch.epoch, 1);
  const Finished finished = expect<Finished>();
  EXPECT_EQ(finished.assignment, 1);
  ASSERT_EQ(finished.result.predictions.size(), 2U);
  EXPECT_EQ(finished.result.predictions[1].values.size(), 7U * 6);
  EXPECT_FALSE(finished.result.metrics.empty());
  give(Stop{});
  EXPECT_NO_THROW(worker_.get());
}

TEST_F(TrialsTest, TrainsTheSameBitsAgain) {
  expect<Ready>();
  give(assign(1));
  give(assign(2));
  const Finished first = expect<Finished>();
  const Finished second = expect<Finished>();
  EXPECT_EQ(first.assignment, 1);
  EXPECT_EQ(second.assignment, 2);
  EXPECT_EQ(first.result.predictions[1].values, second.result.predictions[1].values);
}

TEST_F(TrialsTest, LeavesTheTrainedModelWhereItIsAskedTo) {
  expect<Ready>();
  Assign message = assign(1);
  message.weights = folder_ / "kept.safetensors";
  give(message);
  const Finished finished = expect<Finished>();
  const trainer::Checkpoint kept = trainer::load_checkpoint(message.weights);
  EXPECT_EQ(kept.dataset_sha256, data_sha256_);
  const auto dataset = trainer::Dataset::open(data_);
  const trainer::Collator collator(kept.normalization, torch::kCPU);
  EXPECT_EQ(trainer::predict_subsets(*kept.model, dataset->split(sweeps::SplitName::test), collator,
                                     {.batch_size = 6})
                .value(),
            finished.result.predictions[1].values);
}

TEST_F(TrialsTest, AFolderThatIsNotThereCostsTheModelAndNotTheResult) {
  expect<Ready>();
  Assign message = assign(1);
  message.weights = folder_ / "none" / "kept.safetensors";
  give(message);
  EXPECT_EQ(expect<Finished>().assignment, 1);
  EXPECT_FALSE(fs::exists(folder_ / "none"));
}

TEST_F(TrialsTest, AnotherDatasetThanTheSweepsIsItsOwnFault) {
  expect<Ready>();
  Assign message = assign(1);
  message.dataset_sha256 = std::string(64, 'f');
  give(message);
  expect_fault(1, data_);
}

TEST_F(TrialsTest, ADatasetReplacedBetweenTwoTrialsIsItsOwnFault) {
  expect<Ready>();
  give(assign(1));
  expect<Finished>();
  const Assign second = assign(2);
  testing::write_tiny_dataset(data_, 2);
  give(second);
  expect_fault(2, data_);
}

TEST_F(TrialsTest, WeightsReplacedBetweenTwoTrialsAreItsOwnFault) {
  expect<Ready>();
  give(assign_bert(1));
  EXPECT_EQ(expect<Finished>().assignment, 1);
  const Assign second = assign_bert(2);
  testing::write_tiny_encoder(bert_, 2);
  give(second);
  expect_fault(2, bert_);
  // What it still has, it still trains.
  give(assign(3));
  EXPECT_EQ(expect<Finished>().assignment, 3);
}

TEST_F(TrialsTest, MissingWeightsAreItsOwnFault) {
  expect<Ready>();
  const Assign message = assign_bert(1);
  fs::remove_all(bert_);
  give(message);
  expect_fault(1, bert_);
}

TEST_F(TrialsTest, ADeviceThatItDoesNotHaveIsItsOwnFault) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "this host has a GPU";
  expect<Ready>();
  Assign message = assign(1);
  message.members = {{1, "cuda:0"}};
  give(message);
  expect_fault(1, "cuda:0");
}

TEST_F(TrialsTest, AConfigurationThatDoesNotFitIsNotItsFault) {
  expect<Ready>();
  Assign message = assign(1);
  message.configuration = R"({"model": {"hidden": "wide"}})";
  give(message);
  const Failed unreadable = expect<Failed>();
  EXPECT_EQ(unreadable.failure, FailureClass::data_error) << unreadable.message;

  std::ofstream(bert_ / "config.json")
      << R"({"vocab_size": 256, "hidden_size": 5, "num_attention_heads": 2})";
  give(assign_bert(2));  // with the hash of that folder: the sweep was planned with it
  const Failed unfit = expect<Failed>();
  EXPECT_EQ(unfit.failure, FailureClass::data_error) << unfit.message;

  give(assign(3));
  EXPECT_EQ(expect<Finished>().assignment, 3);
}

TEST_F(TrialsTest, StopInterruptsWhatRunsAndWhatWaits) {
  expect<Ready>();
  give(assign(1, train_forever));
  expect<Progress>();
  give(assign(2));
  give(Stop{});
  std::set<AssignmentId> interrupted;  // what waits is answered at once, what runs after its batch
  for (int i = 0; i < 2; ++i) {
    const Failed failed = expect<Failed>();
    interrupted.insert(failed.assignment);
    EXPECT_EQ(failed.failure, FailureClass::interrupted);
  }
  EXPECT_EQ(interrupted, (std::set<AssignmentId>{1, 2}));
  EXPECT_NO_THROW(worker_.get());
}

TEST_F(TrialsTest, ADatasetWrittenToDuringATrialSpoilsItsResult) {
  expect<Ready>();
  give(assign(1, [](sweeps::Configuration& configuration) {
    configuration.training.max_epochs = 200;
    configuration.training.patience = 200;
  }));
  expect<Progress>();
  testing::make_newer(data_);
  const Failed failed = expect<Failed>();
  EXPECT_EQ(failed.failure, FailureClass::run_error) << failed.message;
  give(assign(2));  // it has the right content
  EXPECT_EQ(expect<Finished>().assignment, 2);
}

TEST_F(TrialsTest, AnAssignThatComesDuringATrialIsNotLost) {
  expect<Ready>();
  give(assign(1, [](sweeps::Configuration& configuration) {
    configuration.training.max_epochs = 5;
    configuration.training.patience = 5;
  }));
  expect<Progress>();
  give(assign(2));
  EXPECT_EQ(expect<Finished>().assignment, 1);
  EXPECT_EQ(expect<Finished>().assignment, 2);
}

TEST_F(TrialsTest, BytesThatAreNoMessageEndItAndFailNoAttempt) {
  expect<Ready>();
  give(assign(1, train_forever));
  expect<Progress>();
  here_.send(1, "nonsense");
  EXPECT_THROW(worker_.get(), RunError);
  while (const auto envelope = here_.receive()) {
    EXPECT_FALSE(std::holds_alternative<Failed>(decode(envelope->bytes)));
  }
}

TEST_F(TrialsTest, HearsTheCoordinatorAlone) {
  expect<Ready>();
  MemoryTransport(mailboxes_, 2).send(1, encode(Stop{}));
  EXPECT_THROW(worker_.get(), RunError);
}

TEST_F(TrialsTest, HearsNoWordsOfAWorker) {
  expect<Ready>();
  give(Ready{});
  EXPECT_THROW(worker_.get(), RunError);
}

}  // namespace
}  // namespace missmodal::worker
