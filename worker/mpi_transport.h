#pragma once
// Transport over MPI_COMM_WORLD with non-blocking calls alone, and the life of MPI itself.

#include <memory>

#include "worker/transport.h"

namespace missmodal::worker {

// Initialises MPI (FUNNELED: every call from the constructing thread, which is checked). Collective: every
// rank of the job constructs one. Throws RunError with the call and MPI's text. A process that no mpirun
// started is a job of one rank.
class MpiTransport : public Transport {
 public:
  MpiTransport();
  // Without leave() before, as when an exception unwinds, it ends the whole job like abort(kExitTrouble):
  // MPI_Finalize would wait for ranks that wait for this one. A job of one rank just ends.
  ~MpiTransport() override;
  int rank() const override;
  int size() const override;
  int local_rank() const;  // among the ranks of this host
  void send(int to, std::string bytes) override;
  std::optional<Envelope> receive() override;
  bool flush(std::chrono::milliseconds limit) override;
  // Collective, after the coordinator said Stop: waits until every rank has come here and everything sent is
  // taken over, by receivers that no longer want it too; then MPI is over. Throws RunError if `limit` passes
  // first.
  void leave(std::chrono::milliseconds limit);
  [[noreturn]] void abort(int exit_code);  // ends every rank of the job

 private:
  struct Job;
  std::unique_ptr<Job> job_;
};

}  // namespace missmodal::worker
