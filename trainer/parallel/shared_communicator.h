#pragma once
// Communicator between members on one host, through memory that all of them see: nothing is sent, and no
// thread stands between. What comes of it has the bits of a MessageCommunicator's.
//
// Each member publishes how far it is with the collectives, which are done in the order of their start. What
// is small lies in a member's mail, where the others read it. A sum of memory() is made in place: member k
// adds everybody's slice k, in the order of places, and everybody copies it. What is large and lies
// elsewhere travels as messages, and so do the words of the roll call.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "trainer/parallel/communicator.h"
#include "trainer/parallel/message_communicator.h"
#include "trainer/parallel/shared_memory.h"

namespace missmodal::trainer {

class SharedCommunicator : public Communicator {
 public:
  // Collective. Takes the members' messages over, or hands them back where not every member sees every
  // other's memory: on several hosts, or where the system forbids it. Throws GroupBroken; then they still are
  // the caller's.
  static std::unique_ptr<Communicator> over(std::unique_ptr<MessageCommunicator>&& messages);

  int rank() const override { return messages_->rank(); }
  int size() const override { return messages_->size(); }
  // Also moves the sums that were started earlier along: nothing else does between calls.
  Ticket start_all_reduce(Buffer buffer) override;
  void wait(Ticket ticket) override;
  void all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) override;
  void broadcast(Buffer buffer, int root) override;
  std::shared_ptr<void> memory(std::size_t bytes) override;
  void abort() override { messages_->abort(); }

 private:
  using Region = std::vector<std::unique_ptr<SharedMemory>>;  // by place: as much of each member
  struct Progress;                                            // of a member, at the start of its mail

  // How far one collective is, here.
  enum class Stage { started, summed, taken };
  struct Operation {
    std::int64_t number = 0;
    const char* name = "";
    Stage stage = Stage::started;
    Buffer buffer;                     // for the result
    const Region* region = nullptr;    // in which it lies, of everybody at `offset`; none: it came by mail
    std::size_t offset = 0;            // bytes
    std::vector<std::size_t> gathers;  // bytes of each place, where mail is laid side by side; else summed
  };

  SharedCommunicator(std::unique_ptr<MessageCommunicator> messages, std::shared_ptr<Region> mail);
  static std::shared_ptr<Region> share(MessageCommunicator& messages, std::size_t bytes);
  Progress& progress(int place) const;
  std::byte* slot(int place, std::int64_t number) const;
  bool everybody(std::atomic<std::int64_t> Progress::*counter, std::int64_t number) const;
  Ticket start(Operation operation, std::span<const std::byte> mail);
  void advance();
  void sum_slice(const Operation& operation) const;
  void take(Operation& operation) const;
  bool owes(int place, std::int64_t number) const;
  void await(const char* name, std::int64_t number, std::int64_t until, const std::function<bool()>& done);

  std::unique_ptr<MessageCommunicator> messages_;
  std::shared_ptr<Region> mail_;
  std::vector<std::shared_ptr<Region>> regions_;  // memory() of this member
  std::int64_t begun_ = 0;
  std::deque<Operation> operations_;  // that nobody has waited for yet, in the order of their start
};

}  // namespace missmodal::trainer
