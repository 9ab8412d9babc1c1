#include "trainer/data/pickle/digest_thread.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

TEST(DigestThread, HashesAllInOrder) {
  std::string bytes((5 << 20) + 17, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 >> 7);
  const auto read = [&](std::uint64_t offset, void* out, std::size_t size) {
    std::memcpy(out, bytes.data() + offset, size);
  };
  DigestThread digest(read, bytes.size());
  EXPECT_EQ(digest.finish(), sha256(bytes));
  EXPECT_EQ(digest.done(), bytes.size());
  EXPECT_EQ(DigestThread(read, 0).finish(), sha256(""));
}

TEST(DigestThread, MayBeGivenUpAndTellsWhatReadingThrew) {
  DigestThread given_up([](std::uint64_t, void*, std::size_t) {}, std::uint64_t{1} << 60);
  DigestThread failing([](std::uint64_t, void*, std::size_t) { throw RunError("no disk"); }, 1);
  EXPECT_THROW(failing.finish(), RunError);
}

}  // namespace
}  // namespace missmodal::trainer
