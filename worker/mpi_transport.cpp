#include "worker/mpi_transport.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mpi.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "worker/bell.h"
#include "worker/coordinator_lost.h"
#include "worker/mpi_call.h"
#include "worker/mpi_exchange.h"
#include "worker/pacer.h"
#include "worker/siblings.h"
#include "worker/watch.h"

namespace missmodal::worker {
namespace {

constexpr int kTag = 1;
constexpr int kFarewellTag =
    2;  // a worker to the coordinator: nothing more comes; back: nothing more is wanted
// How many sends one call looks after: one that will never end, to a rank that died, must not cost every
// call.
constexpr std::size_t kTestedSends = 16;

bool completed(MPI_Request& request) {
  int done = 0;
  check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
  return done != 0;
}

// The buffer must not move while MPI works on it, so these live in lists.
struct Transfer {
  int peer = 0;
  std::string bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

// Ends the process where an MPI call that has no limit of its own does not return within `limit`, or as soon
// as `broken` gives a reason why it never will.
class Limit {
 public:
  Limit(std::string call, std::chrono::milliseconds limit, std::function<std::string()> broken = {})
      : call_(std::move(call)),
        deadline_(Pacer::Clock::now() + limit),
        broken_(std::move(broken)),
        watch_([this] { watch(); }) {}
  ~Limit() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
      changed_.notify_all();
    }
    watch_.join();
  }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  // Between two looks at whether it is broken, more and more.
  static constexpr std::chrono::milliseconds kFirst{50};
  static constexpr std::chrono::milliseconds kLast{2000};

  void watch() {
    std::unique_lock lock(mutex_);
    auto pause = kFirst;
    while (
        !changed_.wait_until(lock, std::min(deadline_, Pacer::Clock::now() + pause), [&] { return over_; })) {
      pause = std::min(2 * pause, kLast);
      const std::string why = broken_ ? broken_() : "";
      if (why.empty() && Pacer::Clock::now() < deadline_) continue;
      const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
      if (rank == nullptr) rank = std::getenv("PMIX_RANK");
      std::fprintf(stderr, "missmodal: rank %s: %s does not return%s%s\n", rank == nullptr ? "0" : rank,
                   call_.c_str(), why.empty() ? "" : ": ", why.c_str());
      std::fflush(nullptr);
      std::_Exit(kExitTrouble);
    }
  }

  const std::string call_;
  const Pacer::Clock::time_point deadline_;
  const std::function<std::string()> broken_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread watch_;  // the last member: it uses the others
};

}  // namespace

struct MpiTransport::Job {
  const std::thread::id thread = std::this_thread::get_id();
  int rank = 0;
  int size = 1;
  int local_worker = 0;
  bool left = false;
  std::list<Transfer> sending;
  std::list<Transfer>::iterator next_tested = sending.end();
  std::list<Transfer> receiving;  // in order of arrival
  std::deque<Envelope> arrived;
  std::set<int> parted;  // ranks whose farewell has come
  std::shared_ptr<Bell> bell = std::make_shared<Bell>();
  std::atomic<bool> woken = false;
  std::unique_ptr<MpiExchanges> exchanges;  // once MPI is initialised

  void check_thread() const { MISSMODAL_CHECK(std::this_thread::get_id() == thread); }

  void progress() {
    check_thread();
    test_sends();
    accept_arrivals();
    exchanges->progress();
  }

  void send(int to, std::string bytes, int tag) {
    Transfer& transfer = sending.emplace_back();
    transfer.peer = to;
    transfer.bytes = std::move(bytes);
    check_mpi(MPI_Isend(transfer.bytes.data(), static_cast<int>(transfer.bytes.size()), MPI_BYTE, to, tag,
                        MPI_COMM_WORLD, &transfer.request),
              "MPI_Isend");
    if (completed(transfer.request)) sending.pop_back();  // as small ones are
  }

  void test_sends() {
    for (std::size_t tested = 0; tested < kTestedSends && !sending.empty(); ++tested) {
      if (next_tested == sending.end()) next_tested = sending.begin();
      next_tested = completed(next_tested->request) ? sending.erase(next_tested) : std::next(next_tested);
    }
  }

  void accept_arrivals() {
    for (;;) {
      int found = 0;
      MPI_Message message = MPI_MESSAGE_NULL;
      MPI_Status status{};
      check_mpi(MPI_Improbe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &found, &message, &status), "MPI_Improbe");
      if (!found) break;
      int size_bytes = 0;
      check_mpi(MPI_Get_count(&status, MPI_BYTE, &size_bytes), "MPI_Get_count");
      if (size_bytes < 0 || static_cast<std::size_t>(size_bytes) > kLargestMessage) {  // or MPI_UNDEFINED
        throw RunError(fmt::format("rank {}: rank {} sends more than {} bytes in one message", rank,
                                   status.MPI_SOURCE, kLargestMessage));
      }
      Transfer& transfer = receiving.emplace_back();
      transfer.peer = status.MPI_SOURCE;
      transfer.bytes.resize(static_cast<std::size_t>(size_bytes));
      check_mpi(MPI_Imrecv(transfer.bytes.data(), size_bytes, MPI_BYTE, &message, &transfer.request),
                "MPI_Imrecv");
    }
    std::set<int> behind;  // the peers of which something earlier is still arriving
    for (auto transfer = receiving.begin(); transfer != receiving.end();) {
      if (!behind.contains(transfer->peer) && completed(transfer->request)) {
        arrived.push_back({transfer->peer, std::move(transfer->bytes)});
        transfer = receiving.erase(transfer);
      } else {
        behind.insert(transfer->peer);
        ++transfer;
      }
    }
  }

  void accept_farewells() {
    for (;;) {
      int found = 0;
      MPI_Message message = MPI_MESSAGE_NULL;
      MPI_Status status{};
      check_mpi(MPI_Improbe(MPI_ANY_SOURCE, kFarewellTag, MPI_COMM_WORLD, &found, &message, &status),
                "MPI_Improbe");
      if (!found) return;
      check_mpi(MPI_Mrecv(nullptr, 0, MPI_BYTE, &message, MPI_STATUS_IGNORE), "MPI_Mrecv");  // it is all here
      parted.insert(status.MPI_SOURCE);
    }
  }

  bool sends_to(const std::set<int>& ranks) const {
    return std::any_of(sending.begin(), sending.end(),
                       [&](const Transfer& transfer) { return ranks.contains(transfer.peer); });
  }

  // False if `deadline` passes before `done` holds.
  template <typename Condition>
  bool wait_until(Pacer::Clock::time_point deadline, Condition done) {
    const Pacer pacer(Pacer::Clock::now());
    for (;;) {
      progress();
      if (done()) return true;
      const auto now = Pacer::Clock::now();
      if (now >= deadline) return false;
      std::this_thread::sleep_for(pacer.delay(now));
    }
  }
};

MpiTransport::MpiTransport() : job_(std::make_unique<Job>()) {
  // MPI_Finalize begins with a barrier of Open MPI's daemons, which after the death of a rank may never end.
  // leave() has seen to it that nobody waits for anybody.
  setenv("OMPI_MCA_async_mpi_finalize", "1", /*overwrite=*/0);
  // Only what was sent after the start finds out by itself that a rank is gone.
  auto limit = std::make_unique<Limit>(
      "MPI_Init", kStartLimit, [siblings = std::make_shared<Siblings>()] { return siblings->trouble(); });
  int provided = 0;
  check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED) throw RunError("MPI_Init_thread: this MPI allows no threads at all");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &job_->rank), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &job_->size), "MPI_Comm_size");
  MPI_Comm host = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, job_->rank, MPI_INFO_NULL, &host),
            "MPI_Comm_split_type");
  int local_rank = 0;
  int lowest = 0;  // of this host
  check_mpi(MPI_Comm_rank(host, &local_rank), "MPI_Comm_rank");
  check_mpi(MPI_Allreduce(&job_->rank, &lowest, 1, MPI_INT, MPI_MIN, host), "MPI_Allreduce");
  job_->local_worker = local_rank - (lowest == kCoordinatorRank ? 1 : 0);
  MPI_Comm_free(&host);
  limit.reset();
  job_->exchanges = std::make_unique<MpiExchanges>(job_->bell);
}

MpiTransport::~MpiTransport() {
  if (job_->left) return;
  if (job_->size == 1) {
    MPI_Finalize();
    return;
  }
  std::fprintf(stderr, "missmodal: rank %d ends without the others: the job ends\n", job_->rank);
  abort(kExitTrouble);
}

int MpiTransport::rank() const {
  return job_->rank;
}
int MpiTransport::size() const {
  return job_->size;
}
int MpiTransport::local_worker() const {
  return job_->local_worker;
}

void MpiTransport::send(int to, std::string bytes) {
  check_send(*this, to, bytes);
  job_->check_thread();
  job_->send(to, std::move(bytes), kTag);
}

std::optional<Envelope> MpiTransport::receive() {
  job_->progress();
  if (job_->arrived.empty()) return std::nullopt;
  Envelope envelope = std::move(job_->arrived.front());
  job_->arrived.pop_front();
  return envelope;
}

bool MpiTransport::flush(std::chrono::milliseconds limit) {
  return job_->wait_until(Pacer::Clock::now() + limit, [this] { return job_->sending.empty(); });
}

std::shared_ptr<trainer::Exchange> MpiTransport::exchange(std::int64_t assignment, std::vector<int> ranks) {
  job_->check_thread();
  return job_->exchanges->open(assignment, std::move(ranks));
}

void MpiTransport::wait_for_work(std::chrono::microseconds limit) {
  const auto deadline = Pacer::Clock::now() + limit;
  for (;;) {
    job_->progress();
    if (job_->woken.exchange(false) || !job_->arrived.empty()) return;
    const auto now = Pacer::Clock::now();
    if (now >= deadline) return;
    const auto pace = job_->exchanges->pace(now);
    if (pace && pace->count() == 0) {
      std::this_thread::yield();
    } else {
      job_->bell->wait_until(pace ? std::min(deadline, now + *pace) : deadline);
    }
  }
}

void MpiTransport::wake() {
  job_->woken = true;
  job_->bell->ring();
}

void MpiTransport::leave(std::chrono::milliseconds limit, const Leaving& leaving) {
  const std::set<int>& missing = leaving.missing;
  const bool listens = job_->rank != kCoordinatorRank;
  Watch unheard(Pacer::Clock::now());
  const auto deadline = Pacer::Clock::now() + limit;
  std::set<int> peers;
  for (int peer = 0; peer < job_->size; ++peer) {
    const bool known = job_->rank == kCoordinatorRank ? peer != kCoordinatorRank : peer == kCoordinatorRank;
    if (known && !(job_->rank == kCoordinatorRank && missing.contains(peer))) peers.insert(peer);
  }
  const auto drained = [&] {
    if (leaving.meanwhile) leaving.meanwhile();
    if (!job_->arrived.empty()) unheard.happened();
    job_->arrived.clear();
    job_->accept_farewells();
    if (listens && unheard.look(Pacer::Clock::now()) > leaving.silence) {
      throw CoordinatorLost("the coordinator gave no sign of life while it was waited for");
    }
    return !job_->sends_to(peers);
  };
  const auto parted = [&] {
    return drained() && std::includes(job_->parted.begin(), job_->parted.end(), peers.begin(), peers.end());
  };
  const auto late = [&](const std::string& what) {
    return RunError(fmt::format("rank {}: {} within {:.3g} s", job_->rank, what,
                                std::chrono::duration<double>(limit).count()));
  };
  const auto say_farewell = [&] {
    for (int peer = 0; peer < job_->size; ++peer) {
      // The missing too: one that was only slow is let go when it comes.
      if (peer != job_->rank && (job_->rank == kCoordinatorRank || peer == kCoordinatorRank)) {
        job_->send(peer, "", kFarewellTag);
      }
    }
  };
  if (!job_->wait_until(deadline, drained)) throw late("not every message was taken over");
  if (job_->rank != kCoordinatorRank) say_farewell();
  if (!job_->wait_until(deadline, parted)) {
    std::vector<int> waited_for;
    std::set_difference(peers.begin(), peers.end(), job_->parted.begin(), job_->parted.end(),
                        std::back_inserter(waited_for));
    throw late(
        fmt::format("{} {} not left", fmt::join(waited_for, ", "), waited_for.size() == 1 ? "has" : "have"));
  }
  if (job_->rank == kCoordinatorRank) say_farewell();
  if (!job_->wait_until(deadline, drained)) throw late("not every farewell was taken over");
  job_->left = true;
  const Limit finalize("MPI_Finalize", std::min<std::chrono::milliseconds>(limit, kFinalizeLimit));
  check_mpi(MPI_Finalize(), "MPI_Finalize");
}

void MpiTransport::abort(int exit_code) {
  std::fflush(nullptr);
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

}  // namespace missmodal::worker
