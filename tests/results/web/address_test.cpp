#include "results/web/address.h"

#include <gtest/gtest.h>

#include "sweeps/error.h"

namespace missmodal::results::web {
namespace {

std::string read(const char* text) {
  return spelled(parse_address(text, "--web"));
}

TEST(Address, IsThisMachinesAloneUnlessItSaysOtherwise) {
  EXPECT_EQ(read("8080"), "127.0.0.1:8080");
  EXPECT_EQ(read("0"), "127.0.0.1:0");
  EXPECT_EQ(read("localhost:80"), "127.0.0.1:80");
  EXPECT_EQ(read("0.0.0.0:65535"), "0.0.0.0:65535");
  EXPECT_EQ(read("[::1]:8080"), "[::1]:8080");
  EXPECT_TRUE(is_loopback(parse_address("8080", "")));
  EXPECT_TRUE(is_loopback(parse_address("[::1]:1", "")));
  EXPECT_TRUE(is_loopback(parse_address("127.8.8.8:1", "")));
  EXPECT_FALSE(is_loopback(parse_address("10.0.0.1:1", "")));
  EXPECT_TRUE(is_any(parse_address("0.0.0.0:1", "")));
  EXPECT_TRUE(is_any(parse_address("[::]:1", "")));
  EXPECT_FALSE(is_any(parse_address("10.0.0.1:1", "")));
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* wrong : {"", ":", "x", "80a", "-1", "65536", "localhost:", ":80", "host:80", "1.2.3:80",
                            "::1:80", "[::1]", "[127.0.0.1]:80", "127.0.0.1:99999", "1.2.3.4:8 0"}) {
    EXPECT_THROW(parse_address(wrong, "--web"), InputError) << wrong;
  }
}

}  // namespace
}  // namespace missmodal::results::web
