// What an event costs the coordinator, and what a cell takes of its memory, by the size of the sweep and the
// number of workers. No database, no MPI: handlers alone, and the bytes of the messages are not made.
//   scheduler [CELLS:WORKERS...]

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/handlers.h"
#include "coordinator/progress_line.h"
#include "sweeps/exit_code.h"

namespace missmodal::coordinator {
namespace {

constexpr int kRanksAHost = 8;
constexpr int kEvents = 20'000;  // measured; fewer where the sweep ends before

struct Size {
  int cells = 0;
  int workers = 0;
};

std::size_t heap_bytes() {
  const struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
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

struct Work {
  int rank = 0;
  worker::AssignmentId assignment = 0;
};

void note_work(const Effects& effects, std::deque<Work>& work) {
  for (const Outgoing& outgoing : effects.sends) {
    const auto* assign = std::get_if<worker::Assign>(&outgoing.message);
    if (assign != nullptr) work.push_back({outgoing.rank, assign->assignment});
  }
}

template <typename Action>
double seconds(Action action) {
  const auto before = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
}

void measure(const Size& size) {
  const std::size_t heap_before = heap_bytes();
  State state;
  state.sweep = sweep_of(size.cells);
  state.hashes.dataset_sha256 = std::string(64, 'd');
  state.stages.resize(1);
  state.ranks = size.workers;
  const double start = seconds([&] { on_start(state); });
  const std::size_t heap_pending = heap_bytes();
  std::deque<Work> work;
  const double ready = seconds([&] {
    for (int rank = 1; rank <= size.workers; ++rank) {
      const int host = (rank - 1) / kRanksAHost;
      note_work(on_ready(state, rank,
                         {worker::kProtocolVersion, fmt::format("node{}", host), "cpu", "EPYC", "2.6", "", 0,
                          (rank - 1) % kRanksAHost}),
                work);
    }
  });
  std::vector<double> events;
  for (int event = 0; event < kEvents && !work.empty(); ++event) {
    const Work done = work.front();
    work.pop_front();
    worker::Finished finished{done.assignment, {}};
    Effects effects;
    events.push_back(seconds([&] { effects = on_finished(state, done.rank, finished); }));
    note_work(effects, work);
  }
  double line = 1;
  for (int i = 0; i < 10; ++i) line = std::min(line, seconds([&] { progress_line(state, {}, 0); }));
  std::sort(events.begin(), events.end());
  while (!work.empty()) {
    const Work done = work.front();
    work.pop_front();
    note_work(on_finished(state, done.rank, {done.assignment, {}}), work);
  }
  const std::size_t heap_ended = heap_bytes();
  const auto per_cell = [&](std::size_t heap) {
    return static_cast<double>(heap - heap_before) / size.cells;
  };
  fmt::print("{:>8} {:>8} {:>9.2f} {:>11.4f} {:>11.4f} {:>11.4f} {:>10.4f} {:>10.0f} {:>10.0f}\n", size.cells,
             size.workers, start, 1e3 * ready / size.workers, 1e3 * events[events.size() / 2],
             1e3 * events[events.size() * 95 / 100], 1e3 * line, per_cell(heap_pending),
             per_cell(heap_ended));
}

bool parse(std::string_view text, Size& size) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto number = [](std::string_view digits, int& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value > 0;
  };
  return number(text.substr(0, colon), size.cells) && number(text.substr(colon + 1), size.workers);
}

}  // namespace
}  // namespace missmodal::coordinator

int main(int argc, char** argv) {
  using namespace missmodal;
  std::vector<coordinator::Size> sizes;
  for (int i = 1; i < argc; ++i) {
    if (!coordinator::parse(argv[i], sizes.emplace_back())) {
      fmt::print(stderr, "scheduler [CELLS:WORKERS...], not {}\n", argv[i]);
      return kExitBadInput;
    }
  }
  if (sizes.empty()) {
    sizes = {{1'000, 8}, {10'000, 8}, {100'000, 8}, {100'000, 100}, {100'000, 1'000}, {100'000, 10'000}};
  }
  fmt::print("{:>8} {:>8} {:>9} {:>11} {:>11} {:>11} {:>10} {:>10} {:>10}\n", "cells", "workers", "start s",
             "ready ms", "finished ms", "95 % ms", "line ms", "B pending", "B ended");
  for (const coordinator::Size& size : sizes) coordinator::measure(size);
}
