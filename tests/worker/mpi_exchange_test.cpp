// What one rank of an mpirun does in the scenario that the first argument names; mpi_exchange_test.py starts
// it and judges.

#include "worker/mpi_exchange.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sweeps/error.h"
#include "tests/trainer/parallel/link.h"
#include "tests/trainer/parallel/mortal_exchange.h"
#include "tests/trainer/parallel/small_gang.h"
#include "worker/mpi_transport.h"

namespace missmodal::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using trainer::buffer;
using trainer::Communicator;
using trainer::Exchange;
using trainer::Link;
using trainer::MessageCommunicator;
using trainer::SharedCommunicator;
using trainer::Values;

constexpr seconds kLeaveLimit{60};

// What a worker's loop does while a training runs in a thread of its own.
void train(Transport& transport, const std::function<void()>& training) {
  std::atomic<bool> over = false;
  std::thread thread([&] {
    training();
    over = true;
    transport.wake();
  });
  while (!over) transport.wait_for_work(milliseconds(5));
  thread.join();
}

int wrong(const std::string& what) {
  fmt::print(stderr, "wrong: {}\n", what);
  return 1;
}

template <typename T>
int wrong_sums(Communicator& gang) {
  int wrongs = 0;
  for (const std::size_t count : {0, 1, 3, 4097, 500'003}) {
    const Values<T> values = trainer::shared_contribution<T>(gang.rank(), count);
    gang.all_reduce(buffer(values));
    if (*values != trainer::serial_sum<T>(gang.size(), count)) {
      wrongs += wrong(fmt::format("sum of {} elements on {} ranks", count, gang.size()));
    }
  }
  return wrongs;
}

int wrong_overlapping_sums(Communicator& gang) {
  std::vector<Values<float>> values;
  std::vector<trainer::Ticket> tickets;
  for (unsigned i = 0; i < 6; ++i) {
    values.push_back(trainer::shared_contribution<float>(gang.rank(), 100'000, i));
    tickets.push_back(gang.start_all_reduce(buffer(values.back())));
  }
  int wrongs = 0;
  for (unsigned i = 0; i < 6; ++i) {
    gang.wait(tickets[i]);
    if (*values[i] != trainer::serial_sum<float>(gang.size(), 100'000, i)) {
      wrongs += wrong(fmt::format("sum {} of several at once on {} ranks", i, gang.size()));
    }
  }
  return wrongs;
}

int wrong_copies(Communicator& gang) {
  int wrongs = 0;
  std::vector<std::size_t> counts;
  std::vector<double> expected;
  for (int place = 0; place < gang.size(); ++place) {
    counts.push_back(place == 1 ? 0 : 70'000 + static_cast<std::size_t>(place));
    const auto part = trainer::contribution<double>(place, counts.back());
    expected.insert(expected.end(), part.begin(), part.end());
  }
  const auto all = std::make_shared<std::vector<double>>(expected.size());
  gang.all_gather(buffer(trainer::shared_contribution<double>(gang.rank(),
                                                              counts[static_cast<std::size_t>(gang.rank())])),
                  counts, buffer(all));
  if (*all != expected) wrongs += wrong(fmt::format("gathered on {} ranks", gang.size()));
  for (int root = 0; root < gang.size(); ++root) {
    const auto values = trainer::shared_contribution<std::int64_t>(gang.rank(), 70'000);
    gang.broadcast(buffer(values), root);
    if (*values != trainer::contribution<std::int64_t>(root, 70'000)) {
      wrongs += wrong(fmt::format("broadcast from {} on {} ranks", root, gang.size()));
    }
  }
  return wrongs;
}

// Sums in the memory that all members see.
int wrong_sums_in_place(Communicator& gang) {
  constexpr std::size_t kCount = 500'003;
  const auto memory = gang.memory(kCount * sizeof(float));
  if (!memory) return wrong(fmt::format("{} ranks of one host do not see each other's memory", gang.size()));
  auto* numbers = static_cast<float*>(memory.get());
  int wrongs = 0;
  for (unsigned seed = 0; seed < 3; ++seed) {
    const std::vector<float> own = trainer::contribution<float>(gang.rank(), kCount, seed);
    std::copy(own.begin(), own.end(), numbers);
    gang.all_reduce({memory, kCount, trainer::ElementType::float32});
    const std::vector<float> sum = trainer::serial_sum<float>(gang.size(), kCount, seed);
    if (!std::equal(sum.begin(), sum.end(), numbers))
      wrongs += wrong(fmt::format("sum {} in place on {} ranks", seed, gang.size()));
  }
  return wrongs;
}

int wrong_laws(Communicator& gang) {
  return wrong_sums<float>(gang) + wrong_sums<double>(gang) + wrong_sums<std::int64_t>(gang) +
         wrong_overlapping_sums(gang) + wrong_copies(gang);
}

// Gangs of 1, 2, ... ranks, one after the other and each twice: by messages, then through shared memory.
int laws(MpiTransport& transport) {
  int wrongs = 0;
  std::int64_t assignment = 0;
  for (const int repeat : {0, 1}) {
    for (int size = 1; size <= transport.size(); ++size) {
      ++assignment;
      if (transport.rank() >= size) continue;
      std::vector<int> ranks;
      for (int rank = 0; rank < size; ++rank) ranks.push_back((rank + repeat) % size);  // places are no ranks
      train(transport, [&, exchange = transport.exchange(assignment, ranks)] {
        auto messages = std::make_unique<MessageCommunicator>(exchange, seconds(60));
        wrongs += wrong_laws(*messages);
        const auto shared = SharedCommunicator::over(std::move(messages));
        wrongs += wrong_laws(*shared) + wrong_sums_in_place(*shared);
      });
    }
  }
  transport.leave(kLeaveLimit);
  return wrongs == 0 ? 0 : 1;
}

constexpr milliseconds kKillLimit = seconds(2);

[[noreturn]] void die() {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// Where and how the member dies: at its n-th message, which may be the first it sends or one between a send
// and a receive, or before its n-th call where nothing is sent; or a moment after that, while what it posted
// is on its way.
struct Death {
  explicit Death(unsigned seed) {
    std::mt19937 random(seed);
    message = static_cast<int>(random() % 60);
    if (random() % 2 == 1) delay = std::chrono::microseconds(random() % 4000);
    count = random() % 2 == 1 ? 2'000'000 : 30'000;
    victim = random();
  }
  int message = 0;
  std::chrono::microseconds delay{0};
  std::size_t count = 0;  // elements of the large sums
  std::uint32_t victim = 0;
};

void sum_forever(Communicator& gang, std::size_t count, const std::function<void()>& next) {
  const auto memory = gang.memory(count * sizeof(float));
  const auto large = [&]() -> trainer::Buffer {
    if (!memory) return buffer(std::make_shared<std::vector<float>>(count, 1.0F));
    return {memory, count, trainer::ElementType::float32};
  };
  for (;;) {
    next();
    const auto first = gang.start_all_reduce(large());
    next();
    gang.all_reduce(buffer(std::make_shared<std::vector<float>>(count / 2, 1.0F)));
    next();
    gang.wait(first);
    next();
    gang.all_reduce(buffer(std::make_shared<std::vector<float>>(10, 1.0F)));
  }
}

// One gang that loses a member. Says what was wrong with the ending, or nothing.
int lose(MpiTransport& transport, std::int64_t assignment, const std::vector<int>& ranks, const Death& death,
         int victim, Link link) {
  int wrongs = 0;
  train(transport, [&, exchange = transport.exchange(assignment, ranks)]() mutable {
    const bool dies = ranks[static_cast<std::size_t>(exchange->rank())] == victim;
    const auto end = [&] {
      if (death.delay.count() == 0) die();
      std::thread([delay = death.delay] {
        std::this_thread::sleep_for(delay);
        die();
      }).detach();
    };
    int calls = 0;
    const auto next = [&] {
      if (dies && link == Link::memory && calls++ == death.message) end();
    };
    if (dies && link == Link::messages)
      exchange = std::make_shared<trainer::MortalExchange>(exchange, death.message, end);
    const auto connected = trainer::connected(link, std::move(exchange), kKillLimit);
    Communicator& gang = *connected;
    try {
      sum_forever(gang, death.count, next);
    } catch (const trainer::GroupBroken& error) {
      std::vector<int> silent;
      for (const int place : error.silent()) silent.push_back(ranks[static_cast<std::size_t>(place)]);
      if (silent != std::vector<int>{victim}) {
        wrongs += wrong(fmt::format("rank {} of {} found [{}] silent, not {}: {}", transport.rank(),
                                    fmt::join(ranks, ","), fmt::join(silent, ","), victim, error.what()));
      }
      const auto start = Exchange::Clock::now();
      try {
        gang.broadcast({}, 0);
        wrongs += wrong("a broken gang goes on");
      } catch (const trainer::GroupBroken&) {
      }
      if (Exchange::Clock::now() - start > kKillLimit) wrongs += wrong("a broken gang makes wait");
    }
  });
  return wrongs;
}

// Ranks 1, 2, ... are a gang whose members die one after the other, until two are left.
int kill_members(MpiTransport& transport, unsigned seed, Link link) {
  std::vector<int> alive;
  for (int rank = 1; rank < transport.size(); ++rank) alive.push_back(rank);
  std::set<int> dead;
  std::vector<int> all = alive;
  all.push_back(kCoordinatorRank);
  std::int64_t assignment = 1;
  int wrongs = 0;
  train(transport, [&, exchange = transport.exchange(assignment, all)] {
    MessageCommunicator gang(exchange, seconds(60));  // nobody dies while another still starts
    wrongs += wrong_sums<float>(gang);
  });
  while (alive.size() > 2) {
    const Death death(++seed);
    const int victim = alive[death.victim % alive.size()];
    ++assignment;
    if (transport.rank() != kCoordinatorRank) {
      const auto start = Exchange::Clock::now();
      wrongs += lose(transport, assignment, alive, death, victim, link);
      const std::chrono::duration<double> took = Exchange::Clock::now() - start;
      // What went before the death, the limit, a quarter for the roll call, and a machine that is busy.
      if (took > 4 * kKillLimit)
        wrongs += wrong(fmt::format("survivors were free after {:.1f} s", took.count()));
    }
    dead.insert(victim);
    std::erase(alive, victim);
    ++assignment;
    if (transport.rank() != kCoordinatorRank) {
      train(transport, [&, exchange = transport.exchange(assignment, alive)] {
        MessageCommunicator gang(exchange, seconds(30));
        wrongs += wrong_sums<float>(gang);
      });
    }
  }
  transport.leave(kLeaveLimit, {.missing = dead});
  if (wrongs == 0) fmt::print("rank {} left, {} died\n", transport.rank(), dead.size());
  return wrongs == 0 ? 0 : 1;
}

// Rank 1 gives up without having asked for what rank 0 sends: rank 0's memory is freed all the same.
int unasked(MpiTransport& transport) {
  std::weak_ptr<std::vector<float>> sent;
  train(transport, [&, exchange = transport.exchange(1, {0, 1})] {
    MessageCommunicator gang(exchange, seconds(30));
    gang.broadcast(buffer(std::make_shared<std::vector<float>>(1)), 0);
    if (transport.rank() == 1) return;
    const auto values = std::make_shared<std::vector<float>>(4'000'000);
    sent = values;
    try {
      gang.all_reduce(buffer(values));
    } catch (const trainer::GroupBroken&) {
    }
  });
  const auto until = Exchange::Clock::now() + seconds(30);
  const auto done = [&] { return transport.rank() == 0 ? sent.expired() : transport.receive().has_value(); };
  bool freed = done();
  while (!freed && Exchange::Clock::now() < until) {
    transport.wait_for_work(milliseconds(5));
    freed = done();
  }
  if (transport.rank() == 0) transport.send(1, "freed");
  transport.leave(kLeaveLimit);
  return freed ? 0 : wrong("what a mate never asked for is kept for ever");
}

double cpu_ms(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// Time of sums of `count` floats between all ranks, and what the transport's thread takes of a processor.
int measure(MpiTransport& transport, std::size_t count) {
  constexpr int kSums = 50;
  std::vector<int> ranks;
  for (int rank = 0; rank < transport.size(); ++rank) ranks.push_back(rank);
  double training_cpu = 0;
  const double main_before = cpu_ms(CLOCK_THREAD_CPUTIME_ID);
  const auto start = Exchange::Clock::now();
  train(transport, [&, exchange = transport.exchange(1, ranks)] {
    MessageCommunicator gang(exchange, seconds(60));
    const auto values = std::make_shared<std::vector<float>>(count, 1.0F);
    for (int i = 0; i < kSums; ++i) gang.all_reduce(buffer(values));
    training_cpu = cpu_ms(CLOCK_THREAD_CPUTIME_ID);
  });
  const std::chrono::duration<double, std::milli> took = Exchange::Clock::now() - start;
  const double main_cpu = cpu_ms(CLOCK_THREAD_CPUTIME_ID) - main_before;
  const double idle_before = cpu_ms(CLOCK_THREAD_CPUTIME_ID);
  const auto until = Exchange::Clock::now() + seconds(2);
  while (Exchange::Clock::now() < until) transport.wait_for_work(milliseconds(5));
  const double idle = cpu_ms(CLOCK_THREAD_CPUTIME_ID) - idle_before;
  fmt::print(
      "rank {}: {} floats: {:.3f} ms a sum; cpu ms a sum: transport {:.3f}, training {:.3f}; idle: {:.2f} ms "
      "cpu a second\n",
      transport.rank(), count, took.count() / kSums, main_cpu / kSums, training_cpu / kSums, idle / 2);
  transport.leave(kLeaveLimit);
  return 0;
}

int run(const std::string& scenario, unsigned number) {
  MpiTransport transport;
  if (scenario == "laws") return laws(transport);
  if (scenario == "unasked") return unasked(transport);
  if (scenario == "kill") return kill_members(transport, number, Link::messages);
  if (scenario == "kill_in_memory") return kill_members(transport, number, Link::memory);
  return measure(transport, number);
}

}  // namespace
}  // namespace missmodal::worker

int main(int argc, char** argv) {
  try {
    return missmodal::worker::run(argc > 1 ? argv[1] : "",
                                  argc > 2 ? static_cast<unsigned>(std::stoul(argv[2])) : 0);
  } catch (const std::exception& error) {
    fmt::print(stderr, "wrong: {}\n", error.what());
    return 1;
  }
}
