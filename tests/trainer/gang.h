#pragma once
// A group of members in threads of this process, for laws that say: many compute what one does.

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "tests/trainer/parallel/link.h"
#include "tests/trainer/parallel/small_gang.h"
#include "trainer/parallel/alone.h"
#include "trainer/parallel/shares.h"
#include "trainer/threads.h"
#include "trainer/torch.h"

namespace missmodal::trainer::testing {

// What each of `size` members yields, by place. Each computes with one thread. Throws what a member throws.
template <typename Result>
std::vector<Result> by_members(int size, const std::function<Result(Communicator&)>& member,
                               Link link = Link::memory) {
  std::vector<Result> results(static_cast<std::size_t>(size));
  std::vector<std::exception_ptr> failures(results.size());
  if (size == 1) {
    Alone alone;
    set_threads(1);
    results[0] = member(alone);
    return results;
  }
  in_threads(size, [&](std::shared_ptr<Exchange> exchange) {
    const auto place = static_cast<std::size_t>(exchange->rank());
    const auto communicator = connected(link, std::move(exchange), std::chrono::seconds(60));
    set_threads(1);
    try {
      results[place] = member(*communicator);
    } catch (...) {
      failures[place] = std::current_exception();
    }
  });
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  return results;
}

// Of things that all weigh the same.
inline Shares even_shares(std::int64_t things, int members) {
  return {std::vector<std::int64_t>(static_cast<std::size_t>(things), 1), members};
}

}  // namespace missmodal::trainer::testing
