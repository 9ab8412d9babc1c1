#pragma once
// SHA-256 of what one thread reads, computed in another: hashing takes as long as reading and decoding
// together.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "sweeps/sha256.h"

namespace missmodal::trainer {

// update() copies the bytes and returns, unless the thread is a few MiB behind. Of one thread.
class DigestThread {
 public:
  DigestThread();
  ~DigestThread();  // what is not yet hashed is forgotten
  DigestThread(const DigestThread&) = delete;
  DigestThread& operator=(const DigestThread&) = delete;

  void update(const void* bytes, std::size_t size);
  Digest finish();  // of all that came; once

 private:
  void run();
  void hand_over();

  Sha256 digest_;
  std::vector<char> block_;  // being filled
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<char>> waiting_;  // with mutex_
  std::vector<std::vector<char>> used_;    // with mutex_; to be filled again
  bool over_ = false;                      // with mutex_: nothing more comes
  std::thread thread_;
};

}  // namespace missmodal::trainer
