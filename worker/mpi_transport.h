#pragma once
// Transport over MPI_COMM_WORLD with non-blocking calls alone, and the life of MPI itself.

#include <functional>
#include <memory>
#include <set>

#include "worker/transport.h"

namespace missmodal::worker {

struct Leaving {
  std::set<int> missing = {};
  std::function<void()> meanwhile = {};  // called again and again
  std::chrono::milliseconds silence = std::chrono::hours(24 * 365);
};

// Initialises MPI (FUNNELED: every call from the constructing thread, which is checked). Collective: every
// rank of the job constructs one. Throws RunError with the call and MPI's text. A process that no mpirun
// started is a job of one rank. Where a rank of this host dies meanwhile, or all is not there within
// kStartLimit, the process ends with kExitTrouble: MPI_Init itself would wait for ever.
class MpiTransport : public Transport {
 public:
  static constexpr std::chrono::minutes kStartLimit{5};
  MpiTransport();
  // Without leave() before, as when an exception unwinds, it ends the whole job like abort(kExitTrouble):
  // MPI_Finalize would wait for ranks that wait for this one. A job of one rank just ends.
  ~MpiTransport() override;
  int rank() const override;
  int size() const override;
  int local_worker() const;  // place among the workers of this host, from 0; the coordinator is none
  void send(int to, std::string bytes) override;
  std::optional<Envelope> receive() override;
  bool flush(std::chrono::milliseconds limit) override;
  std::shared_ptr<trainer::Exchange> exchange(std::int64_t assignment, std::vector<int> ranks) override;
  void wait_for_work(std::chrono::microseconds limit) override;
  void wake() override;
  // Every rank's last call, the workers' after the coordinator said Stop. The coordinator waits until all
  // workers have come here, but for those in `missing`, and everything sent to them is taken over, by
  // receivers that no longer want it too; then it lets them go, and MPI is over. A worker waits for the
  // coordinator alone. `missing` is the coordinator's: ranks that died, or are not expected to answer. Throws
  // RunError if `limit` passes first. Where MPI_Finalize then takes longer than that or kFinalizeLimit, the
  // process ends with kExitTrouble.
  // In a worker it throws CoordinatorLost where nothing came of the coordinator for `silence`.
  void leave(std::chrono::milliseconds limit, const Leaving& leaving = {});
  static constexpr std::chrono::seconds kFinalizeLimit{60};
  [[noreturn]] void abort(int exit_code);  // ends every rank of the job

 private:
  struct Job;
  std::unique_ptr<Job> job_;
};

}  // namespace missmodal::worker
