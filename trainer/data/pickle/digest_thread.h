#pragma once
// SHA-256 of a file, read and computed in a thread of its own: hashing takes longer than reading and
// decoding, so nobody waits for it but at the end. What another thread reads at the same time comes from
// memory for one of them.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>

#include "sweeps/sha256.h"

namespace missmodal::trainer {

class DigestThread {
 public:
  using Read = std::function<void(std::uint64_t offset, void* out, std::size_t size)>;
  // `read` is called by the thread, for 0 .. size in order, and must outlive this.
  DigestThread(Read read, std::uint64_t size);
  ~DigestThread();  // gives up what is not yet hashed
  DigestThread(const DigestThread&) = delete;
  DigestThread& operator=(const DigestThread&) = delete;

  std::uint64_t done() const { return done_; }  // bytes
  Digest finish();                              // of all; once. Throws what `read` threw.

 private:
  void run();

  Read read_;
  std::uint64_t size_;
  Sha256 digest_;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<bool> given_up_ = false;
  std::exception_ptr failure_;  // of the thread, read after it ended
  std::thread thread_;
};

}  // namespace missmodal::trainer
