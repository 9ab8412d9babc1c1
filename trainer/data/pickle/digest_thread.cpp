#include "trainer/data/pickle/digest_thread.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace missmodal::trainer {
namespace {

constexpr std::size_t kHashed = 256 << 10;  // a core's cache holds it

}  // namespace

DigestThread::DigestThread(Read read, std::uint64_t size)
    : read_(std::move(read)), size_(size), thread_([this] { run(); }) {}

DigestThread::~DigestThread() {
  given_up_ = true;
  if (thread_.joinable()) thread_.join();
}

Digest DigestThread::finish() {
  thread_.join();
  if (failure_) std::rethrow_exception(failure_);
  return digest_.finish();
}

void DigestThread::run() {
  try {
    std::vector<char> piece(static_cast<std::size_t>(std::min<std::uint64_t>(kHashed, size_)));
    while (done_ < size_ && !given_up_) {
      const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size_ - done_));
      read_(done_, piece.data(), now);
      digest_.update(piece.data(), now);
      done_ += now;
    }
  } catch (...) {
    failure_ = std::current_exception();
  }
}

}  // namespace missmodal::trainer
