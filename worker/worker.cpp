#include "worker/worker.h"

#include <fmt/format.h>

#include <chrono>
#include <deque>
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
#include "worker/inputs.h"
#include "worker/pacer.h"
#include "worker/processor.h"
#include "worker/protocol.h"
#include "worker/worker_fault.h"

namespace missmodal::worker {
namespace {

using sweeps::FailureClass;

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// What evaluation needs, drawn once for all trials of a sweep.
class Evaluation {
 public:
  const trainer::EvaluationSetup& setup(const sweeps::EvaluationPlan& plan,
                                        std::shared_ptr<const trainer::Dataset> dataset) {
    if (!setup_ || dataset_ != dataset || setup_->plan.conditions != plan.conditions ||
        setup_->plan.draws != plan.draws) {
      setup_.emplace(plan, *dataset);
      dataset_ = std::move(dataset);
    }
    return *setup_;
  }

 private:
  std::shared_ptr<const trainer::Dataset> dataset_;
  std::optional<trainer::EvaluationSetup> setup_;
};

// A device that a training broke stays broken for the whole process, whatever is trained next.
void check_device(torch::Device device) {
  if (device.is_cpu()) return;
  try {
    torch::ones({1}, device).item<float>();
  } catch (const std::exception& error) {
    throw WorkerFault(fmt::format("{}: cannot be used: {}", device.str(), first_line(error.what())));
  }
}

class Worker {
 public:
  Worker(Transport& transport, const WorkerOptions& options) : transport_(transport), options_(options) {}

  void run() {
    const bool on_gpu = options_.device.is_cuda();
    say(Ready{kProtocolVersion, options_.host, on_gpu ? "cuda" : "cpu", processor_name(torch::kCPU),
              TORCH_VERSION, on_gpu ? processor_name(options_.device) : "",
              on_gpu ? static_cast<int>(torch::cuda::device_count()) : 0, options_.local});
    Pacer pacer(Pacer::Clock::now());
    while (!stopped_) {
      if (hear()) {
        pacer.event(Pacer::Clock::now());
      } else if (assigned_.empty()) {
        std::this_thread::sleep_for(pacer.delay(Pacer::Clock::now()));
      } else {
        const Assign assign = std::move(assigned_.front());
        assigned_.pop_front();
        work(assign);
        pacer.event(Pacer::Clock::now());
      }
    }
    for (const Assign& assign : assigned_) interrupted(assign);
  }

 private:
  // Trouble with the transport is no failure of an attempt, not even where a training's hook meets it.
  template <typename Action>
  auto on_the_wire(Action action) {
    try {
      return action();
    } catch (...) {
      broken_wire_ = std::current_exception();
      throw;
    }
  }

  void say(const Message& message) {
    std::string bytes = encode(message);
    on_the_wire([&] { transport_.send(kCoordinatorRank, std::move(bytes)); });
  }

  // Takes in what has arrived; false if nothing has.
  bool hear() {
    return on_the_wire([&] {
      bool heard = false;
      while (const std::optional<Envelope> envelope = transport_.receive()) {
        heard = true;
        Message message = decode(envelope->bytes);
        if (envelope->source != kCoordinatorRank) {
          throw RunError(fmt::format("rank {} spoke to a worker", envelope->source));
        }
        if (std::holds_alternative<Stop>(message)) {
          stopped_ = true;
        } else if (auto* assign = std::get_if<Assign>(&message)) {
          assigned_.push_back(std::move(*assign));
        } else if (!std::holds_alternative<Cancel>(message)) {  // a gang of one has no mate that could fail

          throw RunError("the coordinator sent what only workers say");
        }
      }
      return heard;
    });
  }

  void work(const Assign& assign) {
    try {
      train(assign);
    } catch (const std::exception& error) {
      if (broken_wire_) std::rethrow_exception(broken_wire_);
      const FailureClass failure = failure_class(error);
      std::string reason = first_line(error.what());
      if (failure == FailureClass::worker_fault) reason += fmt::format(" (on {})", options_.host);
      say(Failed{assign.assignment, failure, std::move(reason)});
    }
  }

  void interrupted(const Assign& assign) {
    say(Failed{assign.assignment, FailureClass::interrupted, "the sweep was stopped"});
  }

  void train(const Assign& assign) {
    trainer::set_threads(assign.threads);
    sweeps::Configuration configuration =
        sweeps::parse_configuration(assign.configuration, "cell " + assign.cell);
    configuration.model.text_weights = assign.text_weights;
    const torch::Device device(assign.members.front().device);
    check_device(device);
    const auto dataset = inputs_.dataset(assign.dataset_path, assign.dataset_sha256);
    inputs_.check_weights(assign.text_weights, assign.weights_sha256);
    trainer::TrainedTrial trial = train_from_inputs(assign, configuration, dataset, device);
    if (trial.result.outcome == sweeps::Outcome::interrupted) {
      interrupted(assign);
      return;
    }
    inputs_.confirm_dataset();
    say(Finished{assign.assignment, std::move(trial.result)});
  }

  trainer::TrainedTrial train_from_inputs(const Assign& assign, const sweeps::Configuration& configuration,
                                          const std::shared_ptr<const trainer::Dataset>& dataset,
                                          torch::Device device) {
    bool weights_loaded = false;
    trainer::TrialHooks hooks;
    hooks.on_epoch = [&](const sweeps::EpochRecord& epoch) { say(Progress{assign.assignment, epoch}); };
    hooks.interrupted = [&] {
      if (!weights_loaded) {  // the first question comes when the model stands
        inputs_.confirm_weights();
        weights_loaded = true;
      }
      hear();
      return stopped_;
    };
    try {
      return trainer::train_trial(configuration, *dataset, evaluation_.setup(assign.evaluation, dataset),
                                  device, hooks);
    } catch (const std::exception&) {
      // What changed while it was read explains any error better than the error.
      if (!broken_wire_ && !weights_loaded) inputs_.confirm_weights();
      if (!broken_wire_) inputs_.confirm_dataset();
      throw;
    }
  }

  Transport& transport_;
  const WorkerOptions& options_;
  Inputs inputs_;
  Evaluation evaluation_;
  std::deque<Assign> assigned_;  // one at most, unless the coordinator runs ahead
  bool stopped_ = false;
  std::exception_ptr broken_wire_;
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
