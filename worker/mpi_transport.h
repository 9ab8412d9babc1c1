#pragma once
// Transport over MPI_COMM_WORLD with non-blocking calls alone, and the life of MPI itself.

#include <memory>

#include "worker/transport.h"

namespace missmodal::worker {

// Initialises MPI (FUNNELED: every call from the constructing thread) and finalises it. Collective: every
// rank of the job constructs one, and destroys it after the coordinator said Stop. Throws RunError with the
// call and MPI's text. A process that no mpirun started is a job of one rank.
class MpiTransport : public Transport {
 public:
  MpiTransport();
  ~MpiTransport() override;
  int rank() const override;
  int size() const override;
  int local_rank() const;  // among the ranks of this host
  void send(int to, std::string bytes) override;
  std::optional<Envelope> receive() override;
  bool flush(std::chrono::milliseconds limit) override;
  [[noreturn]] void abort(int exit_code);  // ends every rank of the job

 private:
  struct Job;
  std::unique_ptr<Job> job_;
};

}  // namespace missmodal::worker
