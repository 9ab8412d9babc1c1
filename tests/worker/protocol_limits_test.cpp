#include "worker/protocol_limits.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "sweeps/error.h"
#include "worker/transport.h"

namespace missmodal::worker {
namespace {

using nlohmann::json;

std::string cbor(const json& value) {
  const std::vector<std::uint8_t> bytes = json::to_cbor(value);
  return {bytes.begin(), bytes.end()};
}

json nested(std::size_t levels) {
  json value = 1;
  for (std::size_t i = 0; i < levels; ++i) value = json::array({value});
  return value;
}

std::string refusal(const std::string& bytes) {
  try {
    check_limits(bytes);
  } catch (const RunError& error) {
    return error.what();
  }
  return "";
}

TEST(ProtocolLimits, EveryKindOfItemPasses) {
  const json binary = json::binary(std::vector<std::uint8_t>(70000));
  for (const json& value :
       {json(0), json(-1), json(23), json(1000), json(70000), json(-5'000'000'000), json(1.5), json(1e300),
        json(true), json(false), json(nullptr), json(""), json(std::string(300, 'x')), json::array(),
        json::object(), json({{"a", {1, 2, {}}}, {"b", nullptr}}), binary, nested(kDeepestNesting)}) {
    EXPECT_EQ(refusal(cbor(value)), "") << value.dump().substr(0, 50);
  }
}

TEST(ProtocolLimits, WhatNestsWithoutEndIsRefused) {
  constexpr std::size_t kSize = 2'000'000;
  for (const char head : {'\x81', '\xa1', '\x9f', '\xbf', '\x5f', '\x7f', '\xc1', '\xd8'}) {
    EXPECT_NE(refusal(std::string(kSize, head)), "") << static_cast<int>(head);
  }
  EXPECT_NE(refusal(cbor(nested(kDeepestNesting + 1))), "");
}

TEST(ProtocolLimits, ALengthThatTheMessageDoesNotHaveIsRefused) {
  const std::string huge("\x7f\xff\xff\xff\xff\xff\xff\xff", 8);
  for (const char head : {'\x5b', '\x7b', '\x9b', '\xbb'}) {
    EXPECT_NE(refusal(head + huge), "") << static_cast<int>(head);
    EXPECT_NE(refusal(head + std::string(8, '\xff')), "") << static_cast<int>(head);
  }
  EXPECT_NE(refusal("\x83\x01\x02"), "");  // three items announced, two there
}

TEST(ProtocolLimits, NothingMayFollow) {
  EXPECT_EQ(refusal(cbor(7)), "");
  EXPECT_NE(refusal(cbor(7) + cbor(7)), "");
  EXPECT_NE(refusal(""), "");
}

TEST(ProtocolLimits, MoreItemsThanAnyMessageHasAreRefused) {
  const std::string zeros(kMostItems, '\0');
  const std::string head("\x9a\x00\x40\x00\x00", 5);  // an array of 2^22 items, and itself
  EXPECT_NE(refusal(head + zeros).find("items"), std::string::npos);
}

}  // namespace
}  // namespace missmodal::worker
