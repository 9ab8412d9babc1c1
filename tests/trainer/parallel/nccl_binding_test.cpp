// On real GPUs: one shows that the binding works, two or more that a gang does. Skipped where there is none.

#include "trainer/parallel/nccl_binding.h"

#include <cuda_runtime.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <vector>

#include "tests/trainer/parallel/small_gang.h"
#include "trainer/parallel/nccl_communicator.h"

namespace missmodal::trainer {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kLargestGang = 4;

// 0 where there is none.
int devices() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? std::min(count, kLargestGang) : 0;
}

template <typename T>
class OnDevice {
 public:
  explicit OnDevice(const std::vector<T>& values) : count_(values.size()) {
    void* memory = nullptr;
    EXPECT_EQ(cudaMalloc(&memory, std::max<std::size_t>(1, count_) * sizeof(T)), cudaSuccess);
    data_ = std::shared_ptr<void>(memory, [](void* freed) { cudaFree(freed); });
    EXPECT_EQ(cudaMemcpy(memory, values.data(), count_ * sizeof(T), cudaMemcpyHostToDevice), cudaSuccess);
  }
  Buffer buffer() const { return {data_, count_, element_type<T>()}; }
  std::vector<T> values() const {
    std::vector<T> copy(count_);
    EXPECT_EQ(cudaMemcpy(copy.data(), data_.get(), count_ * sizeof(T), cudaMemcpyDeviceToHost), cudaSuccess);
    return copy;
  }

 private:
  std::size_t count_;
  std::shared_ptr<void> data_;
};

void on_devices(int size, milliseconds limit, const std::function<void(NcclCommunicator&)>& member) {
  in_threads(size, [&](std::shared_ptr<Exchange> exchange) {
    ASSERT_EQ(cudaSetDevice(exchange->rank()), cudaSuccess);
    const int device = exchange->rank();
    NcclCommunicator gang(std::move(exchange), bind_nccl(device), nullptr, limit);
    member(gang);
  });
}

TEST(NcclBinding, SumsWithTheSameBitsEveryTime) {
  if (devices() == 0) GTEST_SKIP() << "no GPU";
  constexpr std::size_t kCount = 1'000'003;
  for (int size = 1; size <= devices(); ++size) {
    const std::vector<float> expected = serial_sum<float>(size, kCount);
    on_devices(size, seconds(60), [&](NcclCommunicator& gang) {
      std::vector<float> first;
      for (int repeat = 0; repeat < 3; ++repeat) {
        const OnDevice<float> values(contribution<float>(gang.rank(), kCount));
        gang.all_reduce(values.buffer());
        const std::vector<float> sum = values.values();
        if (repeat == 0) first = sum;
        EXPECT_TRUE(sum == first) << "repeat " << repeat << " on " << size;
        for (std::size_t i = 0; i < kCount; i += 1001) {
          EXPECT_NEAR(sum[i], expected[i], 1e-5 * 4e8) << i << " on " << size;  // of the largest summand
        }
      }
    });
  }
}

TEST(NcclBinding, GathersUnevenPartsAndBroadcasts) {
  if (devices() == 0) GTEST_SKIP() << "no GPU";
  for (int size = 1; size <= devices(); ++size) {
    on_devices(size, seconds(60), [&](NcclCommunicator& gang) {
      std::vector<std::size_t> counts;
      std::vector<std::int64_t> expected;
      for (int place = 0; place < size; ++place) {
        counts.push_back(place == 1 ? 0 : 1000 + static_cast<std::size_t>(place));
        const auto part = contribution<std::int64_t>(place, counts.back());
        expected.insert(expected.end(), part.begin(), part.end());
      }
      const OnDevice<std::int64_t> mine(
          contribution<std::int64_t>(gang.rank(), counts[static_cast<std::size_t>(gang.rank())]));
      const OnDevice<std::int64_t> all(std::vector<std::int64_t>(expected.size()));
      gang.all_gather(mine.buffer(), counts, all.buffer());
      EXPECT_TRUE(all.values() == expected);
      const OnDevice<double> values(contribution<double>(gang.rank(), 999));
      gang.broadcast(values.buffer(), size - 1);
      EXPECT_TRUE(values.values() == contribution<double>(size - 1, 999));
    });
  }
}

TEST(NcclBinding, FreesTheDeviceFromASumThatNeverCompletes) {
  if (devices() < 2) GTEST_SKIP() << "needs two GPUs";
  std::shared_ptr<NcclCommunicator> dead;  // it says no farewell
  in_threads(2, [&](std::shared_ptr<Exchange> exchange) {
    const int place = exchange->rank();
    ASSERT_EQ(cudaSetDevice(place), cudaSuccess);
    const auto gang =
        std::make_shared<NcclCommunicator>(std::move(exchange), bind_nccl(place), nullptr, seconds(4));
    if (place == 1) {
      dead = gang;
      return;
    }
    const OnDevice<float> values(contribution<float>(0, 1'000'000));
    try {
      gang->all_reduce(values.buffer());
      ADD_FAILURE() << "summed without place 1";
    } catch (const GroupBroken& error) {
      EXPECT_THAT(error.silent(), testing::ElementsAre(1)) << error.what();
    }
    EXPECT_FALSE(gang->stuck());
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  });
}

}  // namespace
}  // namespace missmodal::trainer
