#include "trainer/data/pickle/digest_thread.h"

#include <algorithm>
#include <utility>

namespace missmodal::trainer {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr std::size_t kMostWaiting = 8;

}  // namespace

DigestThread::DigestThread() : thread_([this] { run(); }) {}

DigestThread::~DigestThread() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void DigestThread::update(const void* bytes, std::size_t size) {
  const char* from = static_cast<const char*>(bytes);
  while (size > 0) {
    const std::size_t now = std::min(size, kBlock - block_.size());
    block_.insert(block_.end(), from, from + now);
    from += now;
    size -= now;
    if (block_.size() == kBlock) hand_over();
  }
}

void DigestThread::hand_over() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.size() < kMostWaiting; });
  waiting_.push_back(std::move(block_));
  block_ = {};
  if (!used_.empty()) {
    block_ = std::move(used_.back());
    used_.pop_back();
  }
  lock.unlock();
  changed_.notify_all();
  block_.clear();
  block_.reserve(kBlock);
}

Digest DigestThread::finish() {
  hand_over();
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
  return digest_.finish();
}

void DigestThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return over_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::vector<char> block = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    changed_.notify_all();
    digest_.update(block.data(), block.size());
    lock.lock();
    used_.push_back(std::move(block));
  }
}

}  // namespace missmodal::trainer
