#include "worker/mpi_transport.h"

#include <fmt/format.h>
#include <mpi.h>

#include <cstdlib>
#include <list>
#include <thread>

#include "sweeps/error.h"
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
  int rank = 0;
  int size = 1;
  int local_rank = 0;
  std::list<Transfer> sending;
  std::list<Transfer>
      receiving;  // arrival order; a small message never overtakes a large one of the same sender

  void reap_sent() {
    sending.remove_if([](Transfer& transfer) { return completed(transfer.request); });
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
      Transfer& transfer = receiving.emplace_back();
      transfer.peer = status.MPI_SOURCE;
      transfer.bytes.resize(static_cast<std::size_t>(size_bytes));
      check_mpi(MPI_Imrecv(transfer.bytes.data(), size_bytes, MPI_BYTE, &message, &transfer.request),
                "MPI_Imrecv");
    }
  }
};

MpiTransport::MpiTransport() : job_(std::make_unique<Job>()) {
  int provided = 0;
  check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
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
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (!finalized) MPI_Finalize();
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
  job_->reap_sent();
  Transfer& transfer = job_->sending.emplace_back();
  transfer.peer = to;
  transfer.bytes = std::move(bytes);
  check_mpi(MPI_Isend(transfer.bytes.data(), static_cast<int>(transfer.bytes.size()), MPI_BYTE, to, kTag,
                      MPI_COMM_WORLD, &transfer.request),
            "MPI_Isend");
}

std::optional<Envelope> MpiTransport::receive() {
  job_->reap_sent();
  job_->accept_arrivals();
  for (auto transfer = job_->receiving.begin(); transfer != job_->receiving.end(); ++transfer) {
    if (!completed(transfer->request)) continue;
    Envelope envelope{transfer->peer, std::move(transfer->bytes)};
    job_->receiving.erase(transfer);
    return envelope;
  }
  return std::nullopt;
}

void MpiTransport::abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::exit(exit_code);
}

bool MpiTransport::flush(std::chrono::milliseconds limit) {
  Pacer pacer(std::chrono::steady_clock::now());
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    job_->reap_sent();
    if (job_->sending.empty()) return true;
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) return false;
    std::this_thread::sleep_for(pacer.delay(now));
  }
}

}  // namespace missmodal::worker
