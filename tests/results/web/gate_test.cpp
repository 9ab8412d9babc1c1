#include "results/web/gate.h"

#include <gtest/gtest.h>

#include "results/web/token.h"

namespace missmodal::results::web {
namespace {

int judged(const Gate& gate, Request request) {
  const auto refused = gate.refused(request);
  return refused ? refused->status : 200;
}

int called(const Gate& gate, const char* host) {
  Request request;
  request.host = host;
  return judged(gate, request);
}

TEST(Gate, AnswersToItsOwnNamesAlone) {
  const Gate gate({"127.0.0.1", 8080}, std::nullopt, "node1");
  for (const char* own :
       {"localhost", "localhost:8080", "LocalHost:1", "127.0.0.1:8080", "[::1]:8080", "[::1]"})
    EXPECT_EQ(called(gate, own), 200) << own;
  for (const char* other :
       {"", "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.nip.io", "node1:8080",
        "10.0.0.1", "localhost:", "localhost:x", "localhost:123456", "localhost:80:80", "::1", "[::1", "[]",
        "[localhost]:80", "localhost@evil.example", " localhost", "[::1]x", "0.0.0.0"})
    EXPECT_EQ(called(gate, other), 403) << other;
}

TEST(Gate, BeyondLoopbackAnswersToItsAddressAndName) {
  const Gate one({"10.0.0.7", 8080}, std::nullopt, "Node1");
  EXPECT_EQ(called(one, "10.0.0.7:8080"), 200);
  EXPECT_EQ(called(one, "node1:8080"), 200);
  EXPECT_EQ(called(one, "localhost"), 200);
  EXPECT_EQ(called(one, "10.0.0.8:8080"), 403);
  EXPECT_EQ(called(one, "node1.evil.example"), 403);
  const Gate any({"0.0.0.0", 8080}, std::nullopt, "node1");
  EXPECT_EQ(called(any, "192.168.7.7:8080"), 200);
  EXPECT_EQ(called(any, "[fe80::1]:8080"), 200);
  EXPECT_EQ(called(any, "evil.example:8080"), 403);
}

TEST(Gate, AsksForItsToken) {
  const std::string token = make_token();
  const Gate gate({"0.0.0.0", 8080}, token, "node1");
  Request request;
  request.host = "node1";
  EXPECT_EQ(judged(gate, request), 401);
  const auto with = [&](auto change) {
    Request changed = request;
    change(changed);
    return judged(gate, changed);
  };
  EXPECT_EQ(with([&](Request& r) { r.query["token"] = token; }), 200);
  EXPECT_EQ(with([&](Request& r) { r.authorization = "Bearer " + token; }), 200);
  EXPECT_EQ(with([&](Request& r) { r.cookie = "other=1; missmodal_8080=" + token + "; more=2"; }), 200);
  std::string wrong = token;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  for (const std::string& bad : {wrong, token.substr(1), token + "0", std::string(), std::string(1, '\0')}) {
    EXPECT_EQ(with([&](Request& r) { r.query["token"] = bad; }), 401) << bad;
    EXPECT_EQ(with([&](Request& r) { r.authorization = "Bearer " + bad; }), 401) << bad;
    EXPECT_EQ(with([&](Request& r) { r.cookie = "missmodal_8080=" + bad; }), 401) << bad;
  }
  EXPECT_EQ(with([&](Request& r) { r.cookie = "missmodal_9090=" + token; }), 401);
  EXPECT_EQ(with([&](Request& r) { r.cookie = "xmissmodal_8080=" + token; }), 401);
  EXPECT_EQ(with([&](Request& r) { r.authorization = "Basic " + token; }), 401);
  EXPECT_EQ(with([&](Request& r) {
              r.host = "evil.example";
              r.query["token"] = token;
            }),
            403);
}

TEST(Gate, LetsTheBrowserKeepTheTokenWhereNoScriptAndNoOtherSiteGetsIt) {
  const Gate gate({"0.0.0.0", 8080}, "secret", "node1");
  Request request;
  EXPECT_EQ(gate.cookie(request), std::nullopt);
  request.query["token"] = "secret";
  EXPECT_EQ(gate.cookie(request), "missmodal_8080=secret; Path=/; HttpOnly; SameSite=Strict");
  EXPECT_EQ(Gate({"127.0.0.1", 8080}, std::nullopt, "node1").cookie(request), std::nullopt);
}

TEST(Token, IsAnotherEachTime) {
  const std::string token = make_token();
  EXPECT_EQ(token.size(), 32U);
  EXPECT_NE(token, make_token());
  EXPECT_TRUE(is_same_secret(token, std::string(token)));
  EXPECT_FALSE(is_same_secret(token, token + "x"));
  EXPECT_TRUE(is_same_secret("", ""));
}

}  // namespace
}  // namespace missmodal::results::web
