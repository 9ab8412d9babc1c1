#pragma once
// A double of NCCL over host memory. It can answer in progress for a while, fail asynchronously, never
// complete, and hang when it is aborted.

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "trainer/parallel/nccl_functions.h"
#include "trainer/parallel/slices.h"

namespace missmodal::trainer {

// What the members of one group share.
struct FakeWorld {
  // How it behaves; set before it is used.
  int busy_polls = 0;   // answers of in_progress before each call is carried out
  std::set<int> never;  // collectives that never complete, by number from 0
  int fails = -1;       // the collective that breaks the group
  bool id_fails = false;
  bool abort_hangs = false;

  std::mutex mutex;
  std::condition_variable released;
  bool release = false;  // of hanging aborts
  int joined = 0;
  std::map<int, std::vector<Buffer>> sums;  // what came for a collective so far
  std::map<int, int> arrived;
  std::map<int, std::function<void(int)>> roots;
  std::set<int> complete;
};

// One member's.
class FakeNccl : public NcclFunctions {
 public:
  FakeNccl(std::shared_ptr<FakeWorld> world, int size) : world_(std::move(world)), size_(size) {}

  // What was called, in order, but for polls and queries.
  std::vector<std::string> calls() const {
    const std::lock_guard lock(world_->mutex);
    return calls_;
  }
  // Handles that were made and not freed.
  int live() const {
    const std::lock_guard lock(world_->mutex);
    return live_;
  }

  NcclAnswer make_id(NcclId& id) override {
    id.fill(std::byte{42});
    if (world_->id_fails) return {State::failed, "no network"};
    return {};
  }

  NcclAnswer start(const NcclId& id, int, int, NcclGroup*& group) override {
    const std::lock_guard lock(world_->mutex);
    if (id[127] != std::byte{42}) return {State::failed, "another id"};
    group = reinterpret_cast<NcclGroup*>(this);
    ++live_;
    ++world_->joined;
    busy_ = world_->busy_polls;
    return {State::in_progress, ""};
  }

  NcclAnswer poll(NcclGroup*) override {
    const std::lock_guard lock(world_->mutex);
    if (world_->fails >= 0 && world_->arrived[world_->fails] == size_) return {State::failed, "remote error"};
    if (world_->joined < size_) return {State::in_progress, ""};
    return busy_-- > 0 ? NcclAnswer{State::in_progress, ""} : NcclAnswer{};
  }

  NcclAnswer all_reduce(NcclGroup*, const Buffer& buffer, NcclStream* stream) override {
    const std::lock_guard lock(world_->mutex);
    return enqueue("all_reduce", stream, [&](int number) {
      std::vector<Buffer>& buffers = world_->sums[number];
      if (buffers.empty()) buffers.resize(static_cast<std::size_t>(size_));
      buffers[static_cast<std::size_t>(rank_)] = buffer;
      if (world_->arrived[number] < size_) return;
      std::vector<const void*> parts;
      for (const Buffer& part : buffers) parts.push_back(part.data.get());
      const Buffer& first = buffers.front();
      std::vector<std::byte> sum(first.bytes() + 1);
      sum_in_order(first.type, parts, first.count, sum.data());
      for (const Buffer& part : buffers)
        std::copy_n(sum.data(), first.bytes(), static_cast<std::byte*>(part.data.get()));
    });
  }

  NcclAnswer all_gather(NcclGroup*, const Buffer& mine, std::span<const std::size_t> counts,
                        const Buffer& all, NcclStream* stream) override {
    const std::lock_guard lock(world_->mutex);
    return enqueue("all_gather", stream, [&](int number) {
      std::vector<Buffer>& buffers = world_->sums[number];
      if (buffers.empty()) buffers.resize(static_cast<std::size_t>(2 * size_));
      buffers[static_cast<std::size_t>(2 * rank_)] = mine;
      buffers[static_cast<std::size_t>(2 * rank_ + 1)] = all;
      if (world_->arrived[number] < size_) return;
      for (int to = 0; to < size_; ++to) {
        auto* next = static_cast<std::byte*>(buffers[static_cast<std::size_t>(2 * to + 1)].data.get());
        for (int from = 0; from < size_; ++from) {
          const Buffer& part = buffers[static_cast<std::size_t>(2 * from)];
          if (part.count != counts[static_cast<std::size_t>(from)]) std::abort();
          next = std::copy_n(static_cast<std::byte*>(part.data.get()), part.bytes(), next);
        }
      }
    });
  }

  NcclAnswer broadcast(NcclGroup*, const Buffer& buffer, int root, NcclStream* stream) override {
    const std::lock_guard lock(world_->mutex);
    return enqueue("broadcast", stream, [&](int number) {
      std::vector<Buffer>& buffers = world_->sums[number];
      if (buffers.empty()) buffers.resize(static_cast<std::size_t>(size_));
      buffers[static_cast<std::size_t>(rank_)] = buffer;
      if (world_->arrived[number] < size_) return;
      const auto* source = static_cast<std::byte*>(buffers[static_cast<std::size_t>(root)].data.get());
      for (const Buffer& to : buffers) {
        if (to.data.get() != source) std::copy_n(source, to.bytes(), static_cast<std::byte*>(to.data.get()));
      }
    });
  }

  NcclAnswer finish(NcclGroup*) override {
    const std::lock_guard lock(world_->mutex);
    busy_ = world_->busy_polls;
    return {busy_ > 0 ? State::in_progress : State::done, ""};
  }
  void destroy(NcclGroup*) override { ended("destroy"); }
  void abort(NcclGroup*) override {
    ended("abort");
    std::unique_lock lock(world_->mutex);
    world_->released.wait(lock, [&] { return !world_->abort_hangs || world_->release; });
  }

  NcclAnswer make_stream(NcclStream*& stream) override {
    stream = made<NcclStream>();
    stream_ = stream;
    return {};
  }
  void free_stream(NcclStream* stream) override { freed(stream); }
  NcclAnswer make_event(NcclEvent*& event) override {
    event = made<NcclEvent>();
    return {};
  }
  void free_event(NcclEvent* event) override { freed(event); }

  NcclAnswer record(NcclEvent* event, NcclStream* stream) override {
    const std::lock_guard lock(world_->mutex);
    calls_.push_back(stream == stream_ ? "record on its own" : "record on compute");
    recorded(event) = stream == stream_ ? begun_ - 1 : -1;
    return {};
  }
  NcclAnswer query(NcclEvent* event) override {
    const std::lock_guard lock(world_->mutex);
    const int after = recorded(event);
    if (after >= 0 && !world_->complete.contains(after)) return {State::in_progress, ""};
    return busy_-- > 0 ? NcclAnswer{State::in_progress, ""} : NcclAnswer{};
  }
  NcclAnswer wait_for(NcclStream* stream, NcclEvent*) override {
    const std::lock_guard lock(world_->mutex);
    calls_.push_back(stream == stream_ ? "its own waits" : "compute waits");
    return {};
  }

  void set_rank(int rank) { rank_ = rank; }

 private:
  using State = NcclAnswer::State;

  template <typename Work>
  NcclAnswer enqueue(const char* name, NcclStream* stream, Work work) {
    if (stream != stream_) return {State::failed, "another stream than its own"};
    calls_.push_back(name);
    const int number = begun_++;
    ++world_->arrived[number];
    if (!world_->never.contains(number) && number != world_->fails) {
      work(number);
      if (world_->arrived[number] == size_) {
        world_->sums.erase(number);
        world_->complete.insert(number);
      }
    }
    busy_ = world_->busy_polls;
    return {busy_ > 0 ? State::in_progress : State::done, ""};
  }

  template <typename Handle>
  Handle* made() {
    const std::lock_guard lock(world_->mutex);
    ++live_;
    return reinterpret_cast<Handle*>(&handles_.emplace_back(-1));
  }
  template <typename Handle>
  void freed(Handle*) {
    const std::lock_guard lock(world_->mutex);
    --live_;
  }
  static int& recorded(NcclEvent* event) { return *reinterpret_cast<int*>(event); }

  void ended(const char* how) {
    const std::lock_guard lock(world_->mutex);
    calls_.push_back(how);
    --live_;
  }

  std::shared_ptr<FakeWorld> world_;
  const int size_;
  int rank_ = 0;
  int busy_ = 0;
  int begun_ = 0;  // collectives
  int live_ = 0;
  std::deque<int> handles_;  // of an event: the collective it was recorded after
  NcclStream* stream_ = nullptr;
  std::vector<std::string> calls_;
};

}  // namespace missmodal::trainer
