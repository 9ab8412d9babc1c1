#include "trainer/parallel/shared_communicator.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <numeric>
#include <thread>
#include <utility>

#include "trainer/parallel/slices.h"

namespace missmodal::trainer {

// The last collective that the member has started, whose own slice it has summed, whose result it has taken.
struct alignas(64) SharedCommunicator::Progress {
  std::atomic<std::int64_t> started = 0;
  std::atomic<std::int64_t> summed = 0;
  std::atomic<std::int64_t> taken = 0;
};

namespace {

using std::chrono::microseconds;
using Clock = Exchange::Clock;

static_assert(std::atomic<std::int64_t>::is_always_lock_free);  // else it is not another process's too

// A collective's mail stays where it is until that many later have been started.
constexpr std::int64_t kSlots = 4;
constexpr std::size_t kSlotBytes = 256 << 10;
constexpr std::size_t kHeaderBytes = 64;

// Between two looks at the others: they are late by microseconds, or by as much as their batch is longer.
class Patience {
 public:
  void pause() const {
    const auto waited = std::chrono::duration_cast<microseconds>(Clock::now() - start_);
    if (waited < microseconds(100)) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::clamp(waited / 50, microseconds(20), microseconds(1000)));
    }
  }

 private:
  Clock::time_point start_ = Clock::now();
};

std::byte* bytes_of(const Buffer& buffer) {
  return static_cast<std::byte*>(buffer.data.get());
}

// Every member's `mine`, by place.
template <typename T>
std::vector<T> gathered(MessageCommunicator& messages, const T& mine) {
  const auto own = std::make_shared<T>(mine);
  const auto all = std::make_shared<std::vector<T>>(static_cast<std::size_t>(messages.size()));
  const std::vector<std::size_t> counts(all->size(), sizeof(T));
  messages.all_gather({own, sizeof(T), ElementType::byte}, counts,
                      {{all, all->data()}, all->size() * sizeof(T), ElementType::byte});
  return *all;
}

}  // namespace

// A block of each member in everybody's view; null where one cannot have it, or see another's.
std::shared_ptr<SharedCommunicator::Region> SharedCommunicator::share(MessageCommunicator& messages,
                                                                      std::size_t bytes) {
  const auto own = static_cast<std::size_t>(messages.rank());
  auto region = std::make_shared<Region>(static_cast<std::size_t>(messages.size()));
  SharedMemory::Address mine;
  bool sees_all = true;
  try {
    (*region)[own] = std::make_unique<SharedMemory>(bytes);
    mine = (*region)[own]->address();
  } catch (const RunError&) {
    sees_all = false;
  }
  const std::vector<SharedMemory::Address> addresses = gathered(messages, mine);
  for (std::size_t place = 0; place < addresses.size() && sees_all; ++place) {
    if (place == own) continue;
    try {
      (*region)[place] = std::make_unique<SharedMemory>(addresses[place]);
    } catch (const RunError&) {
      sees_all = false;
    }
  }
  const auto all_see = gathered<unsigned char>(messages, sees_all ? 1 : 0);
  return std::all_of(all_see.begin(), all_see.end(), [](unsigned char sees) { return sees != 0; }) ? region
                                                                                                   : nullptr;
}

std::unique_ptr<Communicator> SharedCommunicator::over(std::unique_ptr<MessageCommunicator>&& messages) {
  std::shared_ptr<Region> mail = share(*messages, kHeaderBytes + kSlots * kSlotBytes);
  if (!mail) return std::move(messages);
  return std::unique_ptr<Communicator>(new SharedCommunicator(std::move(messages), std::move(mail)));
}

SharedCommunicator::SharedCommunicator(std::unique_ptr<MessageCommunicator> messages,
                                       std::shared_ptr<Region> mail)
    : messages_(std::move(messages)), mail_(std::move(mail)) {}

// Fresh memory is zeros, which is where every member begins.
SharedCommunicator::Progress& SharedCommunicator::progress(int place) const {
  static_assert(sizeof(Progress) <= kHeaderBytes);
  return *std::launder(reinterpret_cast<Progress*>((*mail_)[static_cast<std::size_t>(place)]->data()));
}

std::byte* SharedCommunicator::slot(int place, std::int64_t number) const {
  const auto at = static_cast<std::size_t>(number % kSlots);
  return (*mail_)[static_cast<std::size_t>(place)]->data() + kHeaderBytes + at * kSlotBytes;
}

bool SharedCommunicator::everybody(std::atomic<std::int64_t> Progress::*counter, std::int64_t number) const {
  for (int place = 0; place < size(); ++place) {
    if ((progress(place).*counter).load(std::memory_order_acquire) < number) return false;
  }
  return true;
}

std::shared_ptr<void> SharedCommunicator::memory(std::size_t bytes) {
  std::shared_ptr<Region> region = share(*messages_, bytes);
  if (!region) return nullptr;
  regions_.push_back(region);
  std::byte* own = (*region)[static_cast<std::size_t>(rank())]->data();
  return {std::move(region), own};
}

// With `mail` for the others to read.
Ticket SharedCommunicator::start(Operation operation, std::span<const std::byte> mail) {
  messages_->roll_call().hear();
  const std::int64_t number = begun_ + 1;
  const std::int64_t read = number - kSlots;  // whose slot mail takes
  if (!mail.empty()) await(operation.name, number, read, [&] { return everybody(&Progress::taken, read); });
  operation.number = begun_ = number;
  if (!mail.empty()) std::memcpy(slot(rank(), number), mail.data(), mail.size());
  operations_.push_back(std::move(operation));
  progress(rank()).started.store(number, std::memory_order_release);
  advance();
  return {number};
}

Ticket SharedCommunicator::start_all_reduce(Buffer buffer) {
  MISSMODAL_CHECK(buffer.type != ElementType::byte);
  Operation operation;
  operation.name = "all_reduce";
  const std::byte* first = bytes_of(buffer);
  const std::size_t bytes = buffer.bytes();
  for (const std::shared_ptr<Region>& region : regions_) {
    const SharedMemory& own = *(*region)[static_cast<std::size_t>(rank())];
    if (first < own.data() || first >= own.data() + own.bytes()) continue;
    operation.region = region.get();
    operation.offset = static_cast<std::size_t>(first - own.data());
  }
  const bool in_place = operation.region != nullptr;
  if (!in_place && bytes > kSlotBytes) return {-messages_->start_all_reduce(std::move(buffer)).number};
  operation.buffer = std::move(buffer);
  return start(std::move(operation), {first, in_place ? 0 : bytes});
}

void SharedCommunicator::all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) {
  MISSMODAL_CHECK(counts.size() == static_cast<std::size_t>(size()) && mine.type == all.type);
  MISSMODAL_CHECK(mine.count == counts[static_cast<std::size_t>(rank())]);
  MISSMODAL_CHECK(all.count == std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  const std::size_t unit = element_bytes(mine.type);
  if (std::any_of(counts.begin(), counts.end(),
                  [unit](std::size_t count) { return count * unit > kSlotBytes; }))
    return messages_->all_gather(std::move(mine), counts, std::move(all));
  Operation operation;
  operation.name = "all_gather";
  operation.buffer = std::move(all);
  for (const std::size_t count : counts) operation.gathers.push_back(count * unit);
  wait(start(std::move(operation), {bytes_of(mine), mine.bytes()}));
}

void SharedCommunicator::broadcast(Buffer buffer, int root) {
  MISSMODAL_CHECK(root >= 0 && root < size());
  const std::size_t bytes = buffer.bytes();
  if (bytes > kSlotBytes) return messages_->broadcast(std::move(buffer), root);
  Operation operation;
  operation.name = "broadcast";
  operation.gathers.resize(static_cast<std::size_t>(size()));
  operation.gathers[static_cast<std::size_t>(root)] = bytes;
  const std::byte* first = bytes_of(buffer);
  operation.buffer = std::move(buffer);
  wait(start(std::move(operation), {first, rank() == root ? bytes : 0}));
}

// In the order of their start, on every member.
void SharedCommunicator::advance() {
  Progress& own = progress(rank());
  for (Operation& operation : operations_) {
    if (operation.stage == Stage::started) {
      if (!everybody(&Progress::started, operation.number)) return;
      if (operation.region != nullptr) sum_slice(operation);
      operation.stage = Stage::summed;
      own.summed.store(operation.number, std::memory_order_release);
    }
    if (operation.stage == Stage::summed) {
      if (operation.region != nullptr && !everybody(&Progress::summed, operation.number)) return;
      take(operation);
      operation.stage = Stage::taken;
      own.taken.store(operation.number, std::memory_order_release);
    }
  }
}

// Nobody else reads or writes this slice of this member's before it is summed.
void SharedCommunicator::sum_slice(const Operation& operation) const {
  const std::size_t unit = element_bytes(operation.buffer.type);
  const Slice own = slice(operation.buffer.count, rank(), size());
  std::vector<const void*> parts;
  for (const auto& theirs : *operation.region)
    parts.push_back(theirs->data() + operation.offset + own.first * unit);
  sum_in_order(operation.buffer.type, parts, own.count, bytes_of(operation.buffer) + own.first * unit);
}

void SharedCommunicator::take(Operation& operation) const {
  const std::size_t unit = element_bytes(operation.buffer.type);
  std::byte* to = bytes_of(operation.buffer);
  if (operation.region != nullptr) {
    for (int place = 0; place < size(); ++place) {
      const Slice theirs = slice(operation.buffer.count, place, size());
      if (place == rank() || theirs.count == 0) continue;
      const SharedMemory& memory = *(*operation.region)[static_cast<std::size_t>(place)];
      std::memcpy(to + theirs.first * unit, memory.data() + operation.offset + theirs.first * unit,
                  theirs.count * unit);
    }
  } else if (operation.gathers.empty()) {
    std::vector<const void*> parts;
    for (int place = 0; place < size(); ++place) parts.push_back(slot(place, operation.number));
    sum_in_order(operation.buffer.type, parts, operation.buffer.count, to);
  } else {
    for (int place = 0; place < size(); ++place) {
      const std::size_t bytes = operation.gathers[static_cast<std::size_t>(place)];
      if (bytes > 0) std::memcpy(to, slot(place, operation.number), bytes);
      to += bytes;
    }
  }
}

void SharedCommunicator::wait(Ticket ticket) {
  if (ticket.number < 0) return messages_->wait({-ticket.number});
  const auto waited_for =
      std::find_if(operations_.begin(), operations_.end(),
                   [&](const Operation& operation) { return operation.number == ticket.number; });
  MISSMODAL_CHECK(waited_for != operations_.end());
  // Memory of a sum in place is this member's again once everybody has copied from it.
  const bool until_all = waited_for->region != nullptr;
  await(waited_for->name, ticket.number, ticket.number, [&] {
    return waited_for->stage == Stage::taken && (!until_all || everybody(&Progress::taken, ticket.number));
  });
  operations_.erase(waited_for);
}

// Whether that member is why this one has not taken everything up to `number`, or has not done so itself.
bool SharedCommunicator::owes(int place, std::int64_t number) const {
  const Progress& theirs = progress(place);
  for (const Operation& operation : operations_) {
    if (operation.stage == Stage::taken || operation.number > number) continue;
    const auto& counter = operation.stage == Stage::started ? theirs.started : theirs.summed;
    return counter.load(std::memory_order_acquire) < operation.number;  // the later ones come after it
  }
  return theirs.taken.load(std::memory_order_acquire) < number;
}

// Until `done`, which all members' having taken everything up to `until` brings about, or until the limit:
// then those that owe something are asked whether they are there. What is complete is yielded although
// somebody has left or given up since.
void SharedCommunicator::await(const char* name, std::int64_t number, std::int64_t until,
                               const std::function<bool()>& done) {
  const auto deadline = Clock::now() + messages_->limit();
  RollCall& roll_call = messages_->roll_call();
  if (roll_call.is_over()) roll_call.hear();
  const Patience patience;
  try {
    for (;;) {
      advance();
      if (done()) return;
      std::vector<int> owing;
      bool one_left = false;  // and had by the last round, so that what it did has been seen since
      for (int place = 0; place < size(); ++place) {
        if (place == rank() || !owes(place, until)) continue;
        owing.push_back(place);
        one_left = one_left || roll_call.has_left(place);
      }
      if (one_left || Clock::now() >= deadline) {
        roll_call.judge(fmt::format("{} {} is not done after {:.3g} s", name, number,
                                    std::chrono::duration<double>(messages_->limit()).count()),
                        owing);
      }
      roll_call.hear();
      patience.pause();
    }
  } catch (const GroupBroken&) {
    throw;
  } catch (const RunError& error) {
    roll_call.break_up(error.what());
  }
}

}  // namespace missmodal::trainer
