#pragma once
// A gang between threads of the test, and what its members should compute.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "trainer/parallel/communicator.h"
#include "trainer/parallel/memory_exchange.h"

namespace missmodal::trainer {

inline constexpr std::chrono::milliseconds kAmple = std::chrono::seconds(60);  // a limit that nothing reaches
inline constexpr std::chrono::milliseconds kShort = std::chrono::seconds(3);   // one that is reached

template <typename T>
using Values = std::shared_ptr<std::vector<T>>;

template <typename T>
constexpr ElementType element_type() {
  if (std::is_same_v<T, float>) return ElementType::float32;
  if (std::is_same_v<T, double>) return ElementType::float64;
  return std::is_same_v<T, std::int64_t> ? ElementType::int64 : ElementType::byte;
}

template <typename T>
Buffer buffer(const Values<T>& values) {
  return {{values, values->data()}, values->size(), element_type<T>()};
}

// What place brings to a sum: of sizes that differ by powers of ten, so that another order gives other bits.
template <typename T>
std::vector<T> contribution(int place, std::size_t count, unsigned seed = 0) {
  constexpr double kPowers[] = {1e-3, 1e-1, 1, 1e1, 1e2, 1e4, 1e5};
  std::mt19937 random(seed * 100 + static_cast<unsigned>(place));
  std::vector<T> values(count);
  for (T& value : values) {
    const auto bits = random();
    value = static_cast<T>((static_cast<int>(bits % 20001) - 10000) * kPowers[bits / 20001 % 7] / 3);
  }
  return values;
}

template <typename T>
Values<T> shared_contribution(int place, std::size_t count, unsigned seed = 0) {
  return std::make_shared<std::vector<T>>(contribution<T>(place, count, seed));
}

template <typename T>
std::vector<T> serial_sum(int size, std::size_t count, unsigned seed = 0) {
  std::vector<T> sum = contribution<T>(0, count, seed);
  for (int place = 1; place < size; ++place) {
    const std::vector<T> part = contribution<T>(place, count, seed);
    std::transform(sum.begin(), sum.end(), part.begin(), sum.begin(), std::plus<T>());
  }
  return sum;
}

// Each member in a thread of its own, with its exchange.
inline void in_threads(int size, const std::function<void(std::shared_ptr<Exchange>)>& member) {
  const auto gang = std::make_shared<MemoryGang>(size);
  std::vector<std::thread> threads;
  for (int place = 0; place < size; ++place) {
    threads.emplace_back([&, place] { member(std::make_shared<MemoryExchange>(gang, place)); });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace missmodal::trainer
