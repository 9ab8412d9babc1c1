#include "trainer/parallel/nccl_communicator.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

namespace missmodal::trainer {
namespace {

using Clock = Exchange::Clock;
using State = NcclAnswer::State;

// A small collective takes tens of microseconds, a late mate much longer.
constexpr Clock::duration kSpin = std::chrono::microseconds(100);
Clock::duration pace(Clock::duration waited) {  // between two looks at the device
  return std::clamp<Clock::duration>(waited / 16, std::chrono::microseconds(5), std::chrono::milliseconds(1));
}

// Calls `action` in a thread of its own, which keeps `action` and what it holds. False if it has not returned
// within `limit`: then it goes on for as long as it takes.
bool returns_within(std::chrono::milliseconds limit, std::function<void()> action) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool over = false;
  };
  const auto shared = std::make_shared<Shared>();
  std::thread([shared, action = std::move(action)] {
    action();
    const std::lock_guard lock(shared->mutex);
    shared->over = true;
    shared->changed.notify_all();
  }).detach();
  std::unique_lock lock(shared->mutex);
  return shared->changed.wait_until(lock, Clock::now() + limit, [&] { return shared->over; });
}

}  // namespace

NcclCommunicator::NcclCommunicator(std::shared_ptr<Exchange> exchange, std::shared_ptr<NcclFunctions> nccl,
                                   NcclStream* compute, std::chrono::milliseconds limit)
    : host_(exchange, limit),
      exchange_(std::move(exchange)),
      nccl_(std::move(nccl)),
      compute_(compute),
      limit_(limit) {
  try {
    guarded([this] { join(); });
  } catch (...) {
    release();
    throw;
  }
}

NcclCommunicator::~NcclCommunicator() {
  end_group();
  release();
}

// Whatever breaks the gang ends its work on the device too.
template <typename Action>
void NcclCommunicator::guarded(Action action) {
  try {
    action();
  } catch (const GroupBroken&) {
    if (group_ != nullptr) {
      // What the device may still touch belongs to the thread that tries to stop it.
      const auto buffers = std::make_shared<std::deque<Operation>>(operations_);
      stuck_ = !returns_within(limit_ / 4, [nccl = nccl_, group = group_, buffers] { nccl->abort(group); });
      group_ = nullptr;
    }
    throw;
  }
}

void NcclCommunicator::join() {
  const auto id = std::make_shared<NcclId>();
  if (rank() == 0) at_once("ncclGetUniqueId", nccl_->make_id(*id));
  host_.broadcast({{id, id->data()}, id->size(), ElementType::byte}, 0);
  at_once("the stream of collectives", nccl_->make_stream(stream_));
  carried_out("joining the group", nccl_->start(*id, size(), rank(), group_));
}

void NcclCommunicator::at_once(const std::string& what, const NcclAnswer& answer) {
  if (answer.state == State::failed) host_.roll_call().break_up(fmt::format("{}: {}", what, answer.text));
}

void NcclCommunicator::carried_out(const std::string& what, const NcclAnswer& answer) {
  at_once(what, answer);
  if (answer.state == State::in_progress) {
    poll_until(what, [this] { return nccl_->poll(group_); });
  }
}

void NcclCommunicator::poll_until(const std::string& what, const Call& call) {
  std::vector<int> others;
  for (int place = 0; place < size(); ++place) {
    if (place != rank()) others.push_back(place);
  }
  RollCall& roll_call = host_.roll_call();
  const auto start = Clock::now();
  const auto deadline = start + limit_;
  try {
    for (;;) {
      const auto now = Clock::now();
      const NcclAnswer answer = call();
      if (answer.state == State::done) return;
      // NCCL notices a dead mate by itself where its connection breaks, and cannot tell which.
      if (answer.state == State::failed) roll_call.judge(fmt::format("{}: {}", what, answer.text), others);
      roll_call.hear();
      if (now >= deadline) {
        roll_call.judge(
            fmt::format("{} is not done after {:.3g} s", what, std::chrono::duration<double>(limit_).count()),
            others);
      }
      if (now - start < kSpin) {
        std::this_thread::yield();
      } else {
        exchange_->wait({}, roll_call.open(), std::min(deadline, now + pace(now - start)));
      }
    }
  } catch (const GroupBroken&) {
    throw;
  } catch (const RunError& error) {
    roll_call.break_up(error.what());
  }
}

NcclEvent* NcclCommunicator::take_event() {
  if (!events_.empty()) {
    NcclEvent* event = events_.back();
    events_.pop_back();
    return event;
  }
  NcclEvent* event = nullptr;
  at_once("an event", nccl_->make_event(event));
  return event;
}

NcclCommunicator::Operation& NcclCommunicator::enqueue(const char* name, Buffer buffer, Buffer other,
                                                       const std::function<NcclAnswer(Operation&)>& call) {
  host_.roll_call().hear();
  NcclEvent* ready = take_event();
  at_once(name, nccl_->record(ready, compute_));
  at_once(name, nccl_->wait_for(stream_, ready));
  events_.push_back(ready);  // the stream's wait is for this recording, not for a later one
  Operation& operation = operations_.emplace_back();
  operation.number = ++begun_;
  operation.name = name;
  operation.buffer = std::move(buffer);
  operation.other = std::move(other);
  carried_out(fmt::format("{} {}", name, operation.number), call(operation));
  operation.end = take_event();
  at_once(name, nccl_->record(operation.end, stream_));
  return operation;
}

void NcclCommunicator::await(Operation& operation) {
  poll_until(fmt::format("{} {}", operation.name, operation.number), [&] {
    NcclAnswer answer = nccl_->poll(group_);
    return answer.state == State::failed ? answer : nccl_->query(operation.end);
  });
  at_once(operation.name, nccl_->wait_for(compute_, operation.end));
  events_.push_back(operation.end);
  operations_.erase(std::find_if(operations_.begin(), operations_.end(),
                                 [&](const Operation& one) { return &one == &operation; }));
}

Ticket NcclCommunicator::start_all_reduce(Buffer buffer) {
  MISSMODAL_CHECK(buffer.type != ElementType::byte);
  Ticket ticket;
  guarded([&] {
    ticket.number = enqueue("all_reduce", std::move(buffer), {}, [this](Operation& operation) {
                      return nccl_->all_reduce(group_, operation.buffer, stream_);
                    }).number;
  });
  return ticket;
}

void NcclCommunicator::wait(Ticket ticket) {
  guarded([&] {
    host_.roll_call().hear();
    const auto operation = std::find_if(operations_.begin(), operations_.end(),
                                        [&](const Operation& one) { return one.number == ticket.number; });
    MISSMODAL_CHECK(operation != operations_.end());
    await(*operation);
  });
}

void NcclCommunicator::all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) {
  MISSMODAL_CHECK(counts.size() == static_cast<std::size_t>(size()) && mine.type == all.type);
  MISSMODAL_CHECK(mine.count == counts[static_cast<std::size_t>(rank())]);
  MISSMODAL_CHECK(all.count == std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  guarded([&] {
    await(enqueue("all_gather", std::move(mine), std::move(all), [&](Operation& operation) {
      return nccl_->all_gather(group_, operation.buffer, counts, operation.other, stream_);
    }));
  });
}

void NcclCommunicator::broadcast(Buffer buffer, int root) {
  MISSMODAL_CHECK(root >= 0 && root < size());
  guarded([&] {
    await(enqueue("broadcast", std::move(buffer), {}, [&](Operation& operation) {
      return nccl_->broadcast(group_, operation.buffer, root, stream_);
    }));
  });
}

// In peace where nothing is under way, so that mates still get what this member sent.
void NcclCommunicator::end_group() {
  if (group_ == nullptr) return;
  bool peaceful = operations_.empty();
  if (peaceful) {
    const auto start = Clock::now();
    NcclAnswer answer = nccl_->finish(group_);
    while (answer.state == State::in_progress && Clock::now() < start + limit_ / 4) {
      std::this_thread::sleep_for(pace(Clock::now() - start));
      answer = nccl_->poll(group_);
    }
    peaceful = answer.state == State::done;
  }
  const auto buffers = std::make_shared<std::deque<Operation>>(operations_);
  stuck_ = !returns_within(limit_ / 4, [nccl = nccl_, group = group_, buffers, peaceful] {
    peaceful ? nccl->destroy(group) : nccl->abort(group);
  });
  group_ = nullptr;
}

void NcclCommunicator::release() {
  if (stuck_) return;  // nothing of a stuck device can be freed without waiting for it
  for (const Operation& operation : operations_) {
    if (operation.end != nullptr) nccl_->free_event(operation.end);
  }
  for (NcclEvent* event : events_) nccl_->free_event(event);
  if (stream_ != nullptr) nccl_->free_stream(stream_);
}

}  // namespace missmodal::trainer
