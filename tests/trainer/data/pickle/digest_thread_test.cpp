#include "trainer/data/pickle/digest_thread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace missmodal::trainer {
namespace {

TEST(DigestThread, IsTheDigestOfAllPiecesInOrder) {
  std::string bytes(40 << 20, '\0');  // more than may wait
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 >> 7);
  DigestThread digest;
  std::size_t size = 1;
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t now = std::min(size, bytes.size() - done);
    digest.update(bytes.data() + done, now);
    done += now;
    size = size * 3 % 5'000'011 + 1;
  }
  EXPECT_EQ(digest.finish(), sha256(bytes));
}

TEST(DigestThread, OfNothingAndGivenUp) {
  EXPECT_EQ(DigestThread().finish(), sha256(""));
  DigestThread given_up;
  const std::string bytes(20 << 20, 'x');
  given_up.update(bytes.data(), bytes.size());
}

}  // namespace
}  // namespace missmodal::trainer
