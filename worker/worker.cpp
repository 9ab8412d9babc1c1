#include "worker/worker.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/plan.h"
#include "trainer/threads.h"
#include "trainer/train_trial.h"
#include "worker/failure_class.h"
#include "worker/pacer.h"
#include "worker/protocol.h"

namespace missmodal::worker {
namespace {

using sweeps::FailureClass;

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// What a worker keeps from one trial to the next: the dataset stays mapped, the masks stay drawn.
class Bench {
 public:
  const trainer::Dataset& dataset(const Assign& assign) {
    if (!dataset_ || dataset_path_ != assign.dataset_path) {
      evaluation_.reset();
      dataset_ = trainer::Dataset::open(assign.dataset_path);
      dataset_path_ = assign.dataset_path;
    }
    if (dataset_->content_sha256() != assign.dataset_sha256) {
      throw InputError(assign.dataset_path,
                       fmt::format("is not the sweep's dataset: content {} here, {} there",
                                   dataset_->content_sha256(), assign.dataset_sha256));
    }
    return *dataset_;
  }

  const trainer::EvaluationSetup& evaluation(const Assign& assign) {
    if (!evaluation_ || evaluation_->plan.conditions != assign.evaluation.conditions ||
        evaluation_->plan.draws != assign.evaluation.draws) {
      evaluation_.emplace(assign.evaluation, dataset(assign));
    }
    return *evaluation_;
  }

 private:
  std::string dataset_path_;
  std::shared_ptr<const trainer::Dataset> dataset_;
  std::optional<trainer::EvaluationSetup> evaluation_;
};

class Worker {
 public:
  Worker(Transport& transport, const WorkerOptions& options) : transport_(transport), options_(options) {}

  void run() {
    say(Ready{kProtocolVersion, options_.host, options_.device.str()});
    Pacer pacer(Pacer::Clock::now());
    while (!stopped_) {
      if (const std::optional<Message> message = hear()) {
        if (const auto* assign = std::get_if<Assign>(&*message)) work(*assign);
        pacer.event(Pacer::Clock::now());
      } else {
        std::this_thread::sleep_for(pacer.delay(Pacer::Clock::now()));
      }
    }
  }

 private:
  void say(const Message& message) { transport_.send(kCoordinatorRank, encode(message)); }

  std::optional<Message> hear() {
    const std::optional<Envelope> envelope = transport_.receive();
    if (!envelope) return std::nullopt;
    Message message = decode(envelope->bytes);
    if (std::holds_alternative<Stop>(message)) stopped_ = true;
    return message;
  }

  void work(const Assign& assign) {
    try {
      train(assign);
    } catch (const std::exception& error) {
      say(Failed{assign.cell, assign.attempt, failure_class(error), first_line(error.what())});
    }
  }

  void train(const Assign& assign) {
    trainer::set_threads(assign.threads);
    sweeps::Configuration configuration =
        sweeps::parse_configuration(assign.configuration, "cell " + assign.cell);
    configuration.model.text_weights = assign.text_weights;
    trainer::TrialHooks hooks;
    hooks.on_epoch = [&](const sweeps::EpochRecord& epoch) {
      say(Progress{assign.cell, assign.attempt, epoch});
    };
    hooks.interrupted = [this] {
      hear();
      return stopped_;
    };
    trainer::TrainedTrial trial =
        trainer::train_trial(configuration, bench_.dataset(assign), bench_.evaluation(assign),
                             torch::Device(assign.device), hooks);
    if (trial.result.outcome == sweeps::Outcome::interrupted) {
      say(Failed{assign.cell, assign.attempt, FailureClass::interrupted, "the sweep was stopped"});
      return;
    }
    say(Finished{assign.cell, assign.attempt, std::move(trial.result)});
  }

  Transport& transport_;
  const WorkerOptions& options_;
  Bench bench_;
  bool stopped_ = false;
};

}  // namespace

void run_worker(Transport& transport, const WorkerOptions& options) {
  Worker(transport, options).run();
}

torch::Device best_device(int local_rank) {
  const auto gpus = static_cast<int>(torch::cuda::is_available() ? torch::cuda::device_count() : 0);
  if (gpus == 0) return torch::kCPU;
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(local_rank % gpus)};
}

}  // namespace missmodal::worker
