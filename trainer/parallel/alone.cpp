#include "trainer/parallel/alone.h"

#include <cstring>

namespace missmodal::trainer {

void Alone::check() const {
  if (aborted_) throw GroupBroken("the gang of one was given up", {});
}

Ticket Alone::start_all_reduce(Buffer buffer) {
  check();
  MISSMODAL_CHECK(buffer.type != ElementType::byte);
  return {};
}

void Alone::wait(Ticket) {
  check();
}

void Alone::all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) {
  check();
  MISSMODAL_CHECK(counts.size() == 1 && mine.count == counts[0] && all.count == counts[0]);
  MISSMODAL_CHECK(mine.type == all.type);
  if (mine.count > 0) std::memmove(all.data.get(), mine.data.get(), mine.bytes());
}

void Alone::broadcast(Buffer, int root) {
  check();
  MISSMODAL_CHECK(root == 0);
}

}  // namespace missmodal::trainer
