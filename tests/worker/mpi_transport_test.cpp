// What one rank of an mpirun does in the scenario that the first argument names; mpi_transport_test.py starts
// it and judges. Rank 0 gathers everything before it says whether it was right, so that no rank hangs.

#include "worker/mpi_transport.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "sweeps/error.h"
#include "worker/coordinator_lost.h"
#include "worker/pacer.h"

namespace missmodal::worker {
namespace {

using std::chrono::seconds;

constexpr seconds kLimit{60};
constexpr std::size_t kLarge = 4 << 20;

std::vector<std::string> gather(MpiTransport& transport, std::size_t count) {
  std::vector<std::string> got;
  const auto deadline = Pacer::Clock::now() + kLimit;
  while (got.size() < count && Pacer::Clock::now() < deadline) {
    if (auto envelope = transport.receive()) got.push_back(std::move(envelope->bytes));
  }
  return got;
}

// Nobody dies while another still starts: `mortal` goes on when all have come.
void await_all(MpiTransport& transport, int mortal) {
  if (transport.rank() != mortal) return transport.send(mortal, "here");
  gather(transport, static_cast<std::size_t>(transport.size() - 1));
}

int verdict(bool right, const std::string& what) {
  if (!right) fmt::print(stderr, "wrong: {}\n", what);
  return right ? 0 : 1;
}

// A large message and a small one behind it, again and again.
int order(MpiTransport& transport) {
  constexpr int kPairs = 50;
  std::vector<std::string> sent;
  for (int i = 0; i < kPairs; ++i) {
    sent.push_back(fmt::format("{:{}}", i, kLarge));
    sent.push_back(fmt::format("small {}", i));
  }
  int overtaken = 0;
  if (transport.rank() == 1) {
    for (const std::string& message : sent) transport.send(kCoordinatorRank, message);
  } else {
    const std::vector<std::string> got = gather(transport, sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) overtaken += i >= got.size() || got[i] != sent[i] ? 1 : 0;
  }
  transport.leave(kLimit);
  return verdict(overtaken == 0, fmt::format("{} of {} messages out of place", overtaken, sent.size()));
}

// Both wait for the other to take over what neither asks for.
int flush(MpiTransport& transport) {
  transport.send(1 - transport.rank(), std::string(kLarge, 'x'));
  const bool flushed = transport.flush(kLimit);
  const std::size_t got = gather(transport, 1).size();
  transport.leave(kLimit);
  return verdict(flushed && got == 1, fmt::format("flushed {}, received {}", flushed, got));
}

// Rank 0 wants nothing any more; what rank 1 still sends must not hold it up.
int unwanted(MpiTransport& transport) {
  if (transport.rank() == 1) transport.send(kCoordinatorRank, std::string(kLarge, 'x'));
  transport.leave(kLimit);
  return 0;
}

int large(MpiTransport& transport) {
  bool refused = false;
  try {
    transport.send(1 - transport.rank(), std::string(kLargestMessage + 1, 'x'));
  } catch (const RunError&) {
    refused = true;
  }
  transport.leave(kLimit);
  return verdict(refused, "sent more than can be sent");
}

// Rank 0 waits for a word of rank 1, which dies.
int throws(MpiTransport& transport) {
  if (transport.rank() == 1) throw RunError("trouble in rank 1");
  gather(transport, 1);
  transport.leave(kLimit);
  return verdict(false, "rank 0 outlived the job");
}

// Rank 1 never leaves: rank 0 gives up.
int late(MpiTransport& transport) {
  if (transport.rank() == 0) transport.leave(seconds(1));
  gather(transport, 1);
  return verdict(false, "rank 1 outlived the job");
}

// Rank 1 dies, and rank 0 knows it; rank 2 has something to say before it leaves.
int dead(MpiTransport& transport) {
  await_all(transport, 1);
  if (transport.rank() == 1) kill(getpid(), SIGKILL);
  if (transport.rank() == 2) transport.send(kCoordinatorRank, std::string(kLarge, 'x'));
  if (transport.rank() == 0) {
    transport.send(1, "never taken");
    transport.send(1, std::string(kLarge, 'x'));
  }
  const bool received = transport.rank() != 0 || gather(transport, 1).size() == 1;
  transport.leave(kLimit, {.missing = {1}});
  return verdict(received, "the living rank was not heard");
}

// Rank 1 is stopped, as a debugger would do it: rank 0 leaves all the same, and then ends it.
int stopped(MpiTransport& transport) {
  if (transport.rank() == 1) {
    transport.send(kCoordinatorRank, std::to_string(getpid()));
    transport.flush(kLimit);
    kill(getpid(), SIGSTOP);
  }
  const std::vector<std::string> pid =
      transport.rank() == 0 ? gather(transport, 1) : std::vector<std::string>{};
  transport.leave(kLimit, {.missing = {1}});
  if (transport.rank() == 0) kill(std::stoi(pid.at(0)), SIGKILL);
  return 0;
}

// Rank 0 dies while the others wait to be let go.
int orphans(MpiTransport& transport) {
  await_all(transport, kCoordinatorRank);
  if (transport.rank() == 0) kill(getpid(), SIGKILL);
  try {
    transport.leave(kLimit, {.silence = seconds(2)});
  } catch (const CoordinatorLost&) {
    std::_Exit(0);
  }
  return verdict(false, "it left with the dead");
}

// Of this thread: what else the machine does is not counted.
double processor_seconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

// Many sends that will never end cost as little as a few.
int stuck_sends(MpiTransport& transport) {
  constexpr int kSends = 4000;
  if (transport.rank() == 1) {
    const auto until = Pacer::Clock::now() + seconds(3);
    while (Pacer::Clock::now() < until) std::this_thread::yield();
  } else {
    const auto receives = [&] {
      const double start = processor_seconds();
      for (int i = 0; i < 1000; ++i) transport.receive();
      return processor_seconds() - start;
    };
    for (int i = 0; i < 20; ++i) transport.send(1, std::string(64 << 10, 'x'));
    const double few = std::min({receives(), receives(), receives()});
    for (int i = 0; i < kSends; ++i) transport.send(1, std::string(64 << 10, 'x'));
    const double many = std::min({receives(), receives(), receives()});
    if (many > 10 * few) return verdict(false, fmt::format("{} s, and {} s with many sends", few, many));
  }
  transport.leave(kLimit);
  return 0;
}

int other_thread(MpiTransport& transport) {
  std::thread([&] { transport.receive(); }).join();
  transport.leave(kLimit);
  return verdict(false, "a second thread received");
}

// Rank 1 is killed before it comes to MPI_Init, where the others wait for it.
void die_before_the_start() {
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  if (rank == nullptr || std::string(rank) != "1") return;
  std::this_thread::sleep_for(std::chrono::seconds(5));  // the others have seen it
  kill(getpid(), SIGKILL);
}

int run(const std::string& scenario) {
  if (scenario == "dies_at_start") die_before_the_start();
  static const std::map<std::string, int (*)(MpiTransport&)> scenarios{
      {"order", order},     {"flush", flush},     {"unwanted", unwanted},         {"large", large},
      {"throws", throws},   {"late", late},       {"other_thread", other_thread}, {"dead", dead},
      {"stopped", stopped}, {"orphans", orphans}, {"stuck_sends", stuck_sends},
  };
  MpiTransport transport;
  return scenarios.at(scenario)(transport);
}

}  // namespace
}  // namespace missmodal::worker

int main(int argc, char** argv) {
  try {
    return missmodal::worker::run(argc > 1 ? argv[1] : "");
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
