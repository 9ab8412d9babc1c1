#pragma once
// Communicator between GPUs, each member on a device of its own, over NCCL.
//
// Collectives run on a stream of their own, of high priority: each waits there for what the compute stream
// had been given when it was started, so sums travel while backward goes on. wait() looks at the end of a sum
// from the host until it has come, with the time limit; only so can a collective that never ends be given up.
// Sums have the same bits every time on the same devices: nccl_binding.cpp fixes NCCL's algorithm and
// protocol.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trainer/parallel/communicator.h"
#include "trainer/parallel/exchange.h"
#include "trainer/parallel/message_communicator.h"
#include "trainer/parallel/nccl_functions.h"

namespace missmodal::trainer {

class NcclCommunicator : public Communicator {
 public:
  // Collective; returns when all members have joined. The exchange carries NCCL's unique id, and the roll
  // call where something goes wrong: a member that is busy between two collectives for longer than a quarter
  // of the limit may then be found silent. `compute` is the stream on which buffers are written and read.
  // Throws GroupBroken.
  NcclCommunicator(std::shared_ptr<Exchange> exchange, std::shared_ptr<NcclFunctions> nccl,
                   NcclStream* compute, std::chrono::milliseconds limit);
  ~NcclCommunicator() override;
  int rank() const override { return host_.rank(); }
  int size() const override { return host_.size(); }
  Ticket start_all_reduce(Buffer buffer) override;
  void wait(Ticket ticket) override;
  void all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) override;
  void broadcast(Buffer buffer, int root) override;
  void abort() override { host_.abort(); }
  // After GroupBroken: whether not even aborting returned in time. Then the device may never be idle again,
  // and this process should train nothing more on it. Buffers stay alive.
  bool stuck() const { return stuck_; }

 private:
  struct Operation {
    std::int64_t number = 0;
    const char* name = "";
    Buffer buffer;
    Buffer other;  // a gather's second
    NcclEvent* end = nullptr;
  };
  using Call = std::function<NcclAnswer()>;

  void join();
  Operation& enqueue(const char* name, Buffer buffer, Buffer other,
                     const std::function<NcclAnswer(Operation&)>& call);
  void await(Operation& operation);
  void at_once(const std::string& what, const NcclAnswer& answer);
  void carried_out(const std::string& what, const NcclAnswer& answer);
  void poll_until(const std::string& what, const Call& call);
  template <typename Action>
  void guarded(Action action);
  void release();
  void end_group();
  NcclEvent* take_event();

  MessageCommunicator host_;
  std::shared_ptr<Exchange> exchange_;
  std::shared_ptr<NcclFunctions> nccl_;
  NcclStream* compute_;
  const std::chrono::milliseconds limit_;
  NcclGroup* group_ = nullptr;
  NcclStream* stream_ = nullptr;
  std::vector<NcclEvent*> events_;  // free to use again
  std::int64_t begun_ = 0;
  std::deque<Operation> operations_;
  bool stuck_ = false;
};

}  // namespace missmodal::trainer
