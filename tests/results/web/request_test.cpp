#include "results/web/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace missmodal::results::web {
namespace {

using testing::ElementsAre;

std::string wire(const std::string& target, const std::string& fields = "Host: localhost\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

int refused(const std::string& text) {
  const auto read = read_request(text);
  const auto* bad = std::get_if<BadRequest>(&read);
  return bad == nullptr ? 0 : bad->status;
}

Request request(const std::string& text) {
  return std::get<Read>(read_request(text)).request;
}

TEST(Request, IsReadWithItsPathQueryAndFields) {
  const std::string text =
      wire("/api/a%20b?x=1%2B2&y=&z", "Host: localhost:80\r\nCookie: a=b\r\nAuthorization: Bearer t\r\n");
  const auto read = std::get<Read>(read_request(text + "GET /next"));
  EXPECT_EQ(read.bytes, text.size());
  EXPECT_THAT(read.request.path, ElementsAre("api", "a b"));
  EXPECT_THAT(read.request.query, ElementsAre(std::pair("x", "1+2"), std::pair("y", ""), std::pair("z", "")));
  EXPECT_EQ(read.request.host, "localhost:80");
  EXPECT_EQ(read.request.cookie, "a=b");
  EXPECT_EQ(read.request.authorization, "Bearer t");
  EXPECT_TRUE(read.request.keep_alive);
  EXPECT_FALSE(read.request.head);
  EXPECT_TRUE(request("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").head);
  EXPECT_FALSE(request("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").keep_alive);
  EXPECT_FALSE(request("GET / HTTP/1.0\r\nHost: x\r\n\r\n").keep_alive);
}

TEST(Request, WaitsForItsLastByte) {
  const std::string text = wire("/api/status");
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_TRUE(std::holds_alternative<Incomplete>(read_request(text.substr(0, size)))) << size;
  EXPECT_TRUE(std::holds_alternative<Read>(read_request(text)));
}

TEST(Request, PathTricksAreMalformed) {
  for (const char* target : {"/..",
                             "/../etc/passwd",
                             "/%2e%2e/x",
                             "/%2E%2e",
                             "/a/../b",
                             "/.",
                             "/a//b",
                             "//a",
                             "/a%2fb",
                             "/a%5cb",
                             "/a\\b",
                             "/%",
                             "/%2",
                             "/%zz",
                             "/%00",
                             "/a%0d%0ab",
                             "/%7f",
                             "/%ff",
                             "/%c0%ae%c0%ae/",
                             "*",
                             "http://localhost/",
                             "localhost:80",
                             "?x",
                             "/?a=1&a=2",
                             "/?%ff",
                             "/?a=%00"}) {
    EXPECT_EQ(refused(wire(target)), 400) << target;
  }
}

TEST(Request, OnlyReads) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "BREW"})
    EXPECT_EQ(refused(std::string(method) + " / HTTP/1.1\r\nHost: localhost\r\n\r\n"), 405) << method;
  EXPECT_EQ(refused("get / HTTP/1.1\r\nHost: localhost\r\n\r\n"), 405);
}

TEST(Request, HasNoBodyThatCouldHideAnother) {
  for (const char* field : {"Content-Length: 5", "Content-Length: 0", "Content-Length: -1",
                            "Content-Length: 1\r\nContent-Length: 2", "Transfer-Encoding: chunked",
                            "Transfer-Encoding: identity", "Upgrade: websocket"})
    EXPECT_EQ(refused(wire("/", "Host: localhost\r\n" + std::string(field) + "\r\n") + "hello"), 400)
        << field;
}

TEST(Request, NamesOneHost) {
  EXPECT_EQ(refused(wire("/", "")), 400);
  EXPECT_EQ(refused(wire("/", "Host: a\r\nHost: a\r\n")), 400);
}

TEST(Request, KeepsItsLimits) {
  EXPECT_EQ(refused(wire("/" + std::string(kTargetBytes, 'x'))), 414);
  EXPECT_TRUE(std::holds_alternative<Read>(read_request(wire("/" + std::string(kTargetBytes - 1, 'x')))));
  EXPECT_EQ(refused(wire("/", "Host: localhost\r\nX: " + std::string(kHeadBytes, 'x') + "\r\n")), 431);
  EXPECT_EQ(refused(std::string(kHeadBytes, 'G')), 431);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nX: " + std::string(kHeadBytes, 'x')), 431) << "that never ends";
  std::string fields = "Host: localhost\r\n";
  for (std::size_t i = 1; i < kFields; ++i) fields += "a: b\r\n";
  EXPECT_EQ(refused(wire("/", fields)), 0);
  EXPECT_EQ(refused(wire("/", fields + "a: b\r\n")), 431);
}

TEST(Request, RefusesWhatIsNoHttp) {
  for (const char* text : {"\x16\x03\x01\x02\x01\x01\x01\x01\xfc\x03\x03\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                           "GET /\r\n\r\n", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
                           "GET / HTTP/1.1\r\n Host: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"})
    EXPECT_EQ(refused(text), 400) << text;
}

}  // namespace
}  // namespace missmodal::results::web
