#include "coordinator/main/worker_rank.h"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "results/lease.h"
#include "sweeps/exit_code.h"
#include "worker/coordinator_lost.h"
#include "worker/device.h"
#include "worker/processor.h"
#include "worker/trials.h"

namespace missmodal::coordinator {
namespace {

// A worker that was set aside waits here for the others, as long as any sweep takes; whether they still end
// is the coordinator's to judge.
constexpr std::chrono::hours kSweepLimit{24 * 365};
// Of the coordinator, and it is dead.
constexpr std::chrono::milliseconds kSilence = worker::WorkerPace{}.silence * worker::WorkerPace{}.beat;

}  // namespace

worker::Identity identity_here(int local) {
  const int gpus = worker::visible_gpus();
  return {results::host_name(),
          gpus > 0 ? "cuda" : "cpu",
          worker::processor_name(torch::kCPU),
          TORCH_VERSION,
          gpus > 0 ? worker::processor_name(torch::Device(torch::kCUDA, 0)) : "",
          gpus,
          local};
}

void work(worker::Transport& transport, const worker::Identity& identity, const worker::WorkerPace& pace) {
  worker::Trials trials;
  worker::run_worker(
      transport, identity, [&trials](worker::Errand& errand) { return trials.train(errand); },
      [&](const std::string& why) {
        fmt::print(stderr, "missmodal: rank {} on {} ends itself: {}\n", transport.rank(), identity.host,
                   why);
        std::fflush(nullptr);
        std::_Exit(kExitTrouble);
      },
      pace);
}

int run_as_worker(worker::MpiTransport& transport) {
  const std::string host = results::host_name();
  try {
    signal(SIGUSR1, SIG_IGN);  // rank 0 hears it and tells us
    work(transport, identity_here(transport.local_worker()));
    transport.leave(kSweepLimit, {.silence = kSilence});
    return kExitOk;
  } catch (const std::exception& error) {
    const std::string text = error.what();  // LibTorch's goes on with its stack
    fmt::print(stderr, "missmodal: rank {} on {}: {}\n", transport.rank(), host,
               text.substr(0, text.find('\n')));
    std::fflush(nullptr);
    // Nobody to leave with. The launcher ends the job; with its recovery the others go on without us.
    std::_Exit(dynamic_cast<const worker::CoordinatorLost*>(&error) != nullptr ? kExitOk : kExitTrouble);
  }
}

}  // namespace missmodal::coordinator
