#include "worker/mpi_transport.h"

#include <fmt/format.h>
#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <list>
#include <set>
#include <thread>

#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "worker/pacer.h"

namespace missmodal::worker {
namespace {

constexpr int kTag = 1;

void check_mpi(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw RunError(fmt::format("{}: {}", call, std::string(text, static_cast<std::size_t>(length))));
}

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

}  // namespace

struct MpiTransport::Job {
  const std::thread::id thread = std::this_thread::get_id();
  int rank = 0;
  int size = 1;
  int local_rank = 0;
  bool left = false;
  std::list<Transfer> sending;
  std::list<Transfer> receiving;  // in order of arrival

  void check_thread() const { MISSMODAL_CHECK(std::this_thread::get_id() == thread); }

  void progress() {
    check_thread();
    sending.remove_if([](Transfer& transfer) { return completed(transfer.request); });
    accept_arrivals();
  }

  void accept_arrivals() {
    for (;;) {
      int found = 0;
      MPI_Message message = MPI_MESSAGE_NULL;
      MPI_Status status{};
      check_mpi(MPI_Improbe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &found, &message, &status), "MPI_Improbe");
      if (!found) return;
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
  }

  std::optional<Envelope> next() {
    std::set<int> behind;  // the peers of which something earlier is still arriving
    for (auto transfer = receiving.begin(); transfer != receiving.end(); ++transfer) {
      if (behind.contains(transfer->peer)) continue;
      if (!completed(transfer->request)) {
        behind.insert(transfer->peer);
        continue;
      }
      Envelope envelope{transfer->peer, std::move(transfer->bytes)};
      receiving.erase(transfer);
      return envelope;
    }
    return std::nullopt;
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
  int provided = 0;
  check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED) throw RunError("MPI_Init_thread: this MPI allows no threads at all");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &job_->rank), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &job_->size), "MPI_Comm_size");
  MPI_Comm host = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, job_->rank, MPI_INFO_NULL, &host),
            "MPI_Comm_split_type");
  check_mpi(MPI_Comm_rank(host, &job_->local_rank), "MPI_Comm_rank");
  MPI_Comm_free(&host);
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
int MpiTransport::local_rank() const {
  return job_->local_rank;
}

void MpiTransport::send(int to, std::string bytes) {
  check_send(*this, to, bytes);
  job_->progress();
  Transfer& transfer = job_->sending.emplace_back();
  transfer.peer = to;
  transfer.bytes = std::move(bytes);
  check_mpi(MPI_Isend(transfer.bytes.data(), static_cast<int>(transfer.bytes.size()), MPI_BYTE, to, kTag,
                      MPI_COMM_WORLD, &transfer.request),
            "MPI_Isend");
}

std::optional<Envelope> MpiTransport::receive() {
  job_->progress();
  return job_->next();
}

bool MpiTransport::flush(std::chrono::milliseconds limit) {
  return job_->wait_until(Pacer::Clock::now() + limit, [this] { return job_->sending.empty(); });
}

void MpiTransport::leave(std::chrono::milliseconds limit) {
  const auto deadline = Pacer::Clock::now() + limit;
  const auto late = [&](const char* what) {
    return RunError(fmt::format("rank {}: {} within {:.3g} s", job_->rank, what,
                                std::chrono::duration<double>(limit).count()));
  };
  const auto drained = [this] {
    while (job_->next()) continue;
    return job_->sending.empty();
  };
  if (!job_->wait_until(deadline, drained)) throw late("not every message was taken over");
  // Not MPI_Finalize itself: while it waits, it takes no message over, and it has no limit.
  MPI_Request everyone = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibarrier(MPI_COMM_WORLD, &everyone), "MPI_Ibarrier");
  if (!job_->wait_until(deadline, [&] { return drained() && completed(everyone); })) {
    throw late("not every rank has left");
  }
  job_->left = true;
  check_mpi(MPI_Finalize(), "MPI_Finalize");
}

void MpiTransport::abort(int exit_code) {
  std::fflush(nullptr);
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

}  // namespace missmodal::worker
