// A sweep of cells that need no training, its workers two threads, its database on disk: how long a worker
// waits from its Finished to the next Assign. For scripts/bench/onlookers, which reads the one line of JSON.
//   onlookers DB CELLS       without a page
//   onlookers DB CELLS page  prints the page's address and begins when a line comes in

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "coordinator/dismiss.h"
#include "coordinator/live_view.h"
#include "coordinator/loop.h"
#include "coordinator/restore.h"
#include "results/store.h"
#include "results/web/live_page.h"
#include "scripts/bench/mosi_cell.h"
#include "sweeps/exit_code.h"
#include "worker/memory_transport.h"
#include "worker/protocol.h"

namespace missmodal::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWorkers = 2;
constexpr std::chrono::milliseconds kLook{100};

double processor_seconds(int of) {
  struct rusage used {};
  getrusage(of, &used);
  const auto seconds = [](const struct timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// Of one worker's thread; read once it has ended.
struct Seen {
  std::vector<double> dispatch_ms;
  double processor_seconds = 0;
};

Seen work(worker::MemoryTransport transport, const sweeps::TrialResult& result) {
  Seen seen;
  const int rank = transport.rank();
  transport.send(
      0, worker::encode(worker::Ready{worker::kProtocolVersion, "host", "cpu", "", "", "", 0, rank - 1}));
  std::optional<Clock::time_point> finished;
  Clock::time_point next_beat{};
  for (;;) {
    if (Clock::now() >= next_beat) {
      transport.send(0, worker::encode(worker::Beat{}));
      next_beat = Clock::now() + worker::kBeatInterval;
    }
    const auto envelope = transport.receive();
    if (!envelope) {
      transport.wait_for_work(kLook);
      continue;
    }
    const auto arrived = Clock::now();
    const worker::Message message = worker::decode(envelope->bytes);
    if (std::holds_alternative<worker::Stop>(message)) break;
    const auto* assign = std::get_if<worker::Assign>(&message);
    if (assign == nullptr) continue;
    if (finished)
      seen.dispatch_ms.push_back(std::chrono::duration<double, std::milli>(arrived - *finished).count());
    std::string answer = worker::encode(worker::Finished{assign->assignment, result});
    finished = Clock::now();
    transport.send(0, std::move(answer));
  }
  seen.processor_seconds = processor_seconds(RUSAGE_THREAD);
  return seen;
}

// One repeat stage of so many seeds.
sweeps::Sweep sweep_of(int cells) {
  sweeps::Sweep sweep;
  sweep.name = "bench";
  sweep.dataset_path = "data.safetensors";
  sweep.base.model.text_encoder = sweeps::TextEncoder::sequence;
  sweep.evaluation.conditions = sweeps::paper_conditions();
  sweeps::Stage stage;
  stage.name = "final";
  for (int seed = 0; seed < cells; ++seed) stage.seeds.push_back(seed);
  sweep.stages = {stage};
  return sweep;
}

results::Store store_of(const std::string& file, const sweeps::Sweep& sweep, Numbers& numbers) {
  results::Provenance provenance;
  provenance.sweep_name = sweep.name;
  provenance.dataset_sha256 = std::string(64, 'd');
  provenance.dataset_report = "{}";
  provenance.evaluation = sweep.evaluation;
  const std::vector<results::StageRecord> stages{
      {"final", "", false, static_cast<int>(sweep.stages.front().seeds.size())}};
  const std::vector<results::SplitRecord> splits{split(sweeps::SplitName::valid, kValid, numbers),
                                                 split(sweeps::SplitName::test, kTest, numbers)};
  return results::Store(file, provenance, stages, splits);
}

double at(const std::vector<double>& sorted, std::size_t percent) {
  return sorted[(sorted.size() - 1) * percent / 100];
}

void measure(const std::string& file, int cells, bool with_page) {
  std::unique_ptr<results::web::LivePage> page;
  if (with_page) {
    page = std::make_unique<results::web::LivePage>(results::web::LivePageParts{
        .database = file,
        .address = results::web::parse_address("0", "--web"),
        .place = "--web",
        .version = "bench",
        .tell = [](const std::string& line) { fmt::print(stderr, "web: {}\n", line); }});
  }
  Numbers numbers;
  sweeps::Sweep sweep = sweep_of(cells);
  results::Store store = store_of(file, sweep, numbers);
  sweeps::ContentHashes hashes;
  hashes.dataset_sha256 = std::string(64, 'd');
  coordinator::State state = coordinator::restore(std::move(sweep), std::move(hashes), store, {});
  const sweeps::TrialResult result = trained(numbers);
  coordinator::Onlooker onlooker;
  if (page) {
    page->begin();
    fmt::print("{}\n", page->url());
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
    onlooker = [&page](const coordinator::State& shown) {
      if (page->is_watched()) page->show(coordinator::live_view(shown));
    };
  }

  const auto mailboxes = std::make_shared<worker::Mailboxes>(kWorkers + 1);
  worker::MemoryTransport here(mailboxes, worker::kCoordinatorRank);
  std::vector<Seen> seen(kWorkers);
  const double all_before = processor_seconds(RUSAGE_SELF);
  const double loop_before = processor_seconds(RUSAGE_THREAD);
  const auto began = Clock::now();
  std::vector<std::thread> threads;
  for (int rank = 1; rank <= kWorkers; ++rank) {
    threads.emplace_back([&, rank] {
      seen[static_cast<std::size_t>(rank - 1)] = work(worker::MemoryTransport(mailboxes, rank), result);
    });
  }
  try {
    coordinator::run_loop(state, store, here, coordinator::ProgressStyle::log, std::nullopt, onlooker);
  } catch (...) {
    coordinator::dismiss(here);
    for (std::thread& thread : threads) thread.join();
    throw;
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  const double loop = processor_seconds(RUSAGE_THREAD) - loop_before;
  double page_seconds = processor_seconds(RUSAGE_SELF) - all_before - loop;

  std::vector<double> dispatch;
  for (const Seen& one : seen) {
    page_seconds -= one.processor_seconds;
    dispatch.insert(dispatch.end(), one.dispatch_ms.begin(), one.dispatch_ms.end());
  }
  std::sort(dispatch.begin(), dispatch.end());
  fmt::print(
      R"({{"count": {}, "p50": {:.3f}, "p99": {:.3f}, "most": {:.3f}, "seconds": {:.2f}, "loop_cpu": {:.2f}, "page_cpu": {:.2f}}})"
      "\n",
      dispatch.size(), at(dispatch, 50), at(dispatch, 99), dispatch.back(), seconds, loop, page_seconds);
  std::fflush(stdout);
}

}  // namespace
}  // namespace missmodal::bench

int main(int argc, char** argv) {
  using namespace missmodal;
  int cells = 0;
  const bool with_page = argc == 4 && std::string_view(argv[3]) == "page";
  if ((argc != 3 && !with_page) ||
      std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), cells).ec != std::errc() || cells < 10) {
    fmt::print(stderr, "onlookers: usage: onlookers DB CELLS [page], at least 10 cells\n");
    return kExitBadInput;
  }
  try {
    bench::measure(argv[1], cells, with_page);
  } catch (const std::exception& error) {
    fmt::print(stderr, "onlookers: {}\n", error.what());
    return kExitTrouble;
  }
  return kExitOk;
}
