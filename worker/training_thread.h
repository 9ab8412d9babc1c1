#pragma once
// The thread that trains, one assignment after the other, while the rank's main thread keeps the wire: so the
// rank hears and answers at any time, however long a batch takes.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "worker/errand.h"
#include "worker/protocol.h"

namespace missmodal::worker {

// All functions are for the thread that made the object.
class TrainingThread {
 public:
  // `wake` is called from the thread whenever take() has something new. Both must outlive this object.
  TrainingThread(const Train& train, const std::function<void()>& wake);
  ~TrainingThread();  // interrupts what runs, waits for its next batch, and ends the thread

  // Precondition: idle.
  void begin(std::shared_ptr<Errand> errand);
  // The errand that runs, or whose last message was not taken yet; null when idle.
  const std::shared_ptr<Errand>& errand() const { return errand_; }
  // What it has to tell the coordinator since the last call, in order. Each errand ends with one Finished,
  // Released or Failed; taking that makes it idle.
  std::vector<Message> take();

 private:
  void run();
  Message carry_out(Errand& errand) const;
  void put(Message message, bool last);

  const Train& train_;
  const std::function<void()>& wake_;
  std::shared_ptr<Errand> errand_;

  std::mutex mutex_;  // of all below
  std::condition_variable begun_;
  std::shared_ptr<Errand> next_;
  std::vector<Message> said_;
  bool ended_ = false;  // the errand's last message is in said_
  bool over_ = false;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace missmodal::worker
