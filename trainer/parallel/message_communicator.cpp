#include "trainer/parallel/message_communicator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <numeric>

#include "trainer/parallel/slices.h"

namespace missmodal::trainer {
namespace {

constexpr std::size_t kSmallBytes = 16 << 10;

Bytes bytes_of(const Buffer& buffer, Slice part) {
  const std::size_t unit = element_bytes(buffer.type);
  auto* start = static_cast<std::byte*>(buffer.data.get());
  if (part.count == 0) return {};
  return {{buffer.data, start + part.first * unit}, part.count * unit};
}

Bytes piece(const Bytes& bytes, std::size_t first, std::size_t count) {
  return {{bytes.data, static_cast<std::byte*>(bytes.data.get()) + first}, count};
}

}  // namespace

MessageCommunicator::MessageCommunicator(std::shared_ptr<Exchange> exchange, std::chrono::milliseconds limit)
    : exchange_(std::move(exchange)), limit_(limit), roll_call_(*exchange_, limit / 4) {}

MessageCommunicator::Operation& MessageCommunicator::begin(const char* name, Buffer buffer) {
  Operation& operation = operations_.emplace_back();
  operation.number = ++begun_;
  operation.name = name;
  operation.buffer = std::move(buffer);
  return operation;
}

void MessageCommunicator::post_send(Operation& operation, int to, Lane lane, Bytes bytes) {
  for (std::size_t first = 0; first < bytes.count; first += Exchange::kLargestTransfer) {
    const std::size_t count = std::min(Exchange::kLargestTransfer, bytes.count - first);
    operation.transfers.push_back(exchange_->send(to, lane, piece(bytes, first, count)));
    operation.partners.push_back(to);
  }
}

void MessageCommunicator::post_receive(Operation& operation, int from, Lane lane, Bytes bytes) {
  for (std::size_t first = 0; first < bytes.count; first += Exchange::kLargestTransfer) {
    const std::size_t count = std::min(Exchange::kLargestTransfer, bytes.count - first);
    operation.transfers.push_back(exchange_->receive(from, lane, piece(bytes, first, count)));
    operation.partners.push_back(from);
  }
}

Ticket MessageCommunicator::start_all_reduce(Buffer buffer) {
  MISSMODAL_CHECK(buffer.type != ElementType::byte);
  roll_call_.hear();
  Operation& operation = begin("all_reduce", std::move(buffer));
  operation.whole = operation.buffer.bytes() <= kSmallBytes;
  post_parts(operation);
  advance();
  return {operation.number};
}

// What comes from place p lies p-th (without this member's own, which stays where it is) in operation.parts.
void MessageCommunicator::post_parts(Operation& operation) {
  const std::size_t unit = element_bytes(operation.buffer.type);
  const std::size_t count = operation.buffer.count;
  const Slice own = operation.whole ? Slice{0, count} : slice(count, rank(), size());
  const std::size_t part_bytes = own.count * unit;
  operation.parts = scratch(part_bytes * static_cast<std::size_t>(size() - 1));
  std::byte* next = operation.parts.get();
  for (int place = 0; place < size(); ++place) {
    if (place == rank()) continue;
    post_receive(operation, place, Lane::parts, {{operation.parts, next}, part_bytes});
    next += part_bytes;
    const Slice theirs = operation.whole ? own : slice(count, place, size());
    post_send(operation, place, Lane::parts, bytes_of(operation.buffer, theirs));
  }
}

void MessageCommunicator::sum(const Operation& operation) {
  const std::size_t unit = element_bytes(operation.buffer.type);
  const std::size_t count = operation.buffer.count;
  const Slice own = operation.whole ? Slice{0, count} : slice(count, rank(), size());
  auto* mine = static_cast<std::byte*>(operation.buffer.data.get());
  if (own.count == 0) return;
  mine += own.first * unit;
  std::vector<const void*> parts;
  const std::byte* next = operation.parts.get();
  for (int place = 0; place < size(); ++place) {
    parts.push_back(place == rank() ? mine : next);
    if (place != rank()) next += own.count * unit;
  }
  sum_in_order(operation.buffer.type, parts, own.count, mine);
}

// The slices that are written here were sent from the same memory, so only after those sends are done.
void MessageCommunicator::post_results(Operation& operation) {
  const std::size_t count = operation.buffer.count;
  const Bytes own = bytes_of(operation.buffer, slice(count, rank(), size()));
  for (int place = 0; place < size(); ++place) {
    if (place == rank()) continue;
    post_receive(operation, place, Lane::results, bytes_of(operation.buffer, slice(count, place, size())));
    post_send(operation, place, Lane::results, own);
  }
}

// In the order of their start, on every member: the lanes match by order.
void MessageCommunicator::advance() {
  for (Operation& operation : operations_) {
    if (operation.stage == Stage::parts) {
      if (!settled(operation.transfers)) return;
      finish(operation);
    }
    if (operation.stage == Stage::results && settled(operation.transfers)) finish(operation);
  }
}

// Ends the stage whose transfers are done.
void MessageCommunicator::finish(Operation& operation) {
  operation.transfers.clear();
  operation.partners.clear();
  const bool summing = operation.parts != nullptr;
  if (operation.stage == Stage::parts && summing) {
    sum(operation);
    operation.parts.reset();
    if (!operation.whole) {
      operation.stage = Stage::results;
      post_results(operation);
      return;
    }
  }
  operation.stage = Stage::done;
  operation.buffer.data.reset();
}

void MessageCommunicator::wait(Ticket ticket) {
  roll_call_.hear();
  const auto waited_for =
      std::find_if(operations_.begin(), operations_.end(),
                   [&](const Operation& operation) { return operation.number == ticket.number; });
  MISSMODAL_CHECK(waited_for != operations_.end());
  const auto deadline = Exchange::Clock::now() + limit_;
  // The results of this one are sent when the parts of all before it are summed.
  for (auto earlier = operations_.begin(); earlier != waited_for; ++earlier) {
    if (earlier->stage == Stage::parts) wait_for(*earlier, deadline);
  }
  while (waited_for->stage != Stage::done) wait_for(*waited_for, deadline);
  operations_.erase(waited_for);
}

// Until this operation's stage has ended.
void MessageCommunicator::wait_for(Operation& operation, Exchange::Clock::time_point deadline) {
  const Stage stage = operation.stage;
  try {
    for (;;) {
      advance();
      if (operation.stage != stage) return;
      const bool in_time = Exchange::Clock::now() < deadline;
      roll_call_.hear();
      if (!in_time) late(operation);
      const bool one_left = std::any_of(operation.partners.begin(), operation.partners.end(),
                                        [&](int place) { return roll_call_.has_left(place); });
      // What it sent before it left is still to come, but soon.
      if (one_left) deadline = std::min(deadline, Exchange::Clock::now() + limit_ / 4);
      exchange_->wait(operation.transfers, roll_call_.open(), deadline);
    }
  } catch (const GroupBroken&) {
    throw;
  } catch (const RunError& error) {
    roll_call_.break_up(error.what());
  }
}

void MessageCommunicator::late(const Operation& operation) {
  std::vector<int> owing;
  for (std::size_t i = 0; i < operation.transfers.size(); ++i) {
    if (!operation.transfers[i]->done()) owing.push_back(operation.partners[i]);
  }
  std::sort(owing.begin(), owing.end());
  owing.erase(std::unique(owing.begin(), owing.end()), owing.end());
  roll_call_.judge(fmt::format("{} {} is not done after {:.3g} s", operation.name, operation.number,
                               std::chrono::duration<double>(limit_).count()),
                   owing);
}

void MessageCommunicator::all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) {
  MISSMODAL_CHECK(counts.size() == static_cast<std::size_t>(size()) && mine.type == all.type);
  MISSMODAL_CHECK(mine.count == counts[static_cast<std::size_t>(rank())]);
  MISSMODAL_CHECK(all.count == std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  roll_call_.hear();
  Operation& operation = begin("all_gather", std::move(mine));
  const Bytes own = bytes_of(operation.buffer, {0, operation.buffer.count});
  std::size_t first = 0;
  for (int place = 0; place < size(); ++place) {
    const Bytes part = bytes_of(all, {first, counts[static_cast<std::size_t>(place)]});
    first += counts[static_cast<std::size_t>(place)];
    if (place == rank()) {
      if (part.count > 0) std::memmove(part.data.get(), own.data.get(), part.count);
    } else {
      post_receive(operation, place, Lane::parts, part);
      post_send(operation, place, Lane::parts, own);
    }
  }
  wait({operation.number});
}

void MessageCommunicator::broadcast(Buffer buffer, int root) {
  MISSMODAL_CHECK(root >= 0 && root < size());
  roll_call_.hear();
  Operation& operation = begin("broadcast", std::move(buffer));
  const Bytes bytes = bytes_of(operation.buffer, {0, operation.buffer.count});
  if (rank() != root) post_receive(operation, root, Lane::parts, bytes);
  for (int place = 0; place < size(); ++place) {
    if (rank() == root && place != root) post_send(operation, place, Lane::parts, bytes);
  }
  wait({operation.number});
}

std::shared_ptr<std::byte> MessageCommunicator::scratch(std::size_t bytes) {
  // A fresh block of megabytes costs more in page faults than the sum itself.
  for (auto& [block, capacity] : scratch_) {
    if (block.use_count() == 1 && capacity >= bytes) return block;
  }
  std::shared_ptr<std::byte> block(static_cast<std::byte*>(::operator new(bytes)),
                                   [](std::byte* memory) { ::operator delete(memory); });
  scratch_.emplace_back(block, bytes);
  return block;
}

}  // namespace missmodal::trainer
