#include "results/web/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include "sweeps/error.h"
#include "tests/results/web/client.h"
#include "tests/results/web/hostile_requests.h"

namespace missmodal::results::web {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    server_.change([](Site& site) { site = small_site(); });
    set_running(1);
  }

  void set_running(int running) {
    Status status = *small_site().status;
    status.running = running;
    const std::lock_guard lock(mutex_);
    status_ = std::make_shared<const Status>(std::move(status));
  }

  static int running_in(const std::string& text) {
    const auto data = text.find("data: ");
    return data == std::string::npos
               ? -1
               : nlohmann::json::parse(text.substr(data + 6))["status"]["running"].get<int>();
  }

  std::mutex mutex_;
  std::shared_ptr<const Status> status_;
  std::atomic<int> asked_ = 0;
  std::atomic<int> asking_nice_ = 0;  // of the thread that reads a cell's story
  Server server_{{"127.0.0.1", 0},
                 "--web",
                 {.status =
                      [this] {
                        const std::lock_guard lock(mutex_);
                        return status_;
                      },
                  .cell = [this](const std::string& cell) -> Bytes {
                    ++asked_;
                    asking_nice_ = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
                    if (cell == "0") throw InputError("cell 0", "there is none");
                    if (cell == "1") throw RunError("the database is locked");
                    return bytes("{\"cell\":\"" + cell + "\"}\n");
                  },
                  .version = "0.1.0"}};
};

TEST_F(ServerTest, AnswersRequestsOneAfterTheOther) {
  EXPECT_THAT(server_.url(), StartsWith("http://127.0.0.1:"));
  EXPECT_EQ(server_.token(), std::nullopt);
  Client client(server_.url());
  client.send(
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(client.until("ok\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  client.send("GET /nope HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string rest = client.to_the_end();
  EXPECT_THAT(rest, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(rest, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(rest, Not(HasSubstr("ok\n"))) << "a head alone";
  EXPECT_THAT(rest, HasSubstr("HTTP/1.1 404 Not Found\r\n"));
}

TEST_F(ServerTest, MalformedRequestsGetTheirAnswerAndAreHungUpOn) {
  for (const std::string_view seed : kSeeds) {
    Client client(server_.url());
    client.send(seed);
    client.send("\r\n\r\n\r\n\r\n");
    if (seed.starts_with("GET /api/events") || seed.find("HTTP/1.1\r\nHost: l") != std::string::npos)
      continue;
    EXPECT_THAT(client.until("\r\n\r\n"), StartsWith("HTTP/1.1 ")) << seed;
  }
  EXPECT_THAT(get(server_.url(), "/%2e%2e/x"), StartsWith("HTTP/1.1 400 "));
  Client huge(server_.url());
  huge.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(50000, 'x'));
  EXPECT_THAT(huge.to_the_end(), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(get(server_.url(), "/healthz"), StartsWith("HTTP/1.1 200 ")) << "still there";
}

TEST_F(ServerTest, TellsACellsStoryAndRemembersIt) {
  EXPECT_EQ(body_of(get(server_.url(), "/api/cells/abc")), "{\"cell\":\"abc\"}\n");
  EXPECT_EQ(body_of(get(server_.url(), "/api/cells/abc")), "{\"cell\":\"abc\"}\n");
  EXPECT_THAT(get(server_.url(), "/api/cells/0"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get(server_.url(), "/api/cells/1"), StartsWith("HTTP/1.1 503 "));
  EXPECT_GE(asked_, 3);
}

TEST_F(ServerTest, AsksInTheBackground) {
  const int here = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
  get(server_.url(), "/api/cells/abc");
  EXPECT_GT(asking_nice_, here) << "a sweep's own threads go first";
}

TEST_F(ServerTest, TellsTheNewsToWhoListens) {
  Client client(server_.url());
  client.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(client.until("\n\n"), HasSubstr("Content-Type: text/event-stream"));
  std::string news;
  while (running_in(news = client.until("\n\n")) != 1) ASSERT_FALSE(news.empty());
  set_running(2);
  EXPECT_EQ(running_in(client.until("\n\n")), 2);
  server_.change([](Site& site) { site.tables.replace({}); });
  EXPECT_THAT(client.until("\n\n"), HasSubstr("\"tables\":2"));
  EXPECT_THAT(get(server_.url(), "/api/status"), HasSubstr("\"running\": 2"));
}

// One that never reads: its buffers fill up, nobody else waits for it, and it misses what is not the newest.
TEST_F(ServerTest, SlowListenersMissWhatIsOld) {
  Client slow(server_.url());
  slow.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Client quick(server_.url());
  quick.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  quick.until("retry: 1000\n\n");
  for (int i = 10; i < 30; ++i) {
    server_.change([i](Site& site) {
      site.searches.replace({{std::to_string(i), bytes(std::string(1 << 16, 'x'))}});
    });
    set_running(i);
    std::string news;
    while (running_in(news = quick.until("\n\n")) != i) ASSERT_FALSE(news.empty());
  }
  EXPECT_THAT(get(server_.url(), "/healthz"), HasSubstr("ok\n"));
}

TEST_F(ServerTest, HasRoomForAListenersTabsAndTellsTheRestSo) {
  std::vector<std::unique_ptr<Client>> listeners;
  for (int i = 0; i < 64; ++i) {
    listeners.push_back(std::make_unique<Client>(server_.url()));
    listeners.back()->send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ASSERT_THAT(listeners.back()->until("\n\n"), HasSubstr("200 OK")) << i;
  }
  EXPECT_THAT(get(server_.url(), "/api/events"), StartsWith("HTTP/1.1 503 "));
  listeners.clear();
  std::string head;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  do {
    Client next(server_.url());
    next.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    head = next.until("\r\n\r\n");
  } while (head.starts_with("HTTP/1.1 503 ") && std::chrono::steady_clock::now() < deadline);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, ManySilentClientsKeepNobodyOut) {
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 300; ++i) silent.push_back(std::make_unique<Client>(server_.url()));
  EXPECT_THAT(get(server_.url(), "/healthz"), HasSubstr("ok\n"));
  EXPECT_TRUE(silent.front()->is_closed()) << "the first gave its place up";
}

TEST_F(ServerTest, EndsWithClientsStillThere) {
  auto server = std::make_unique<Server>(Address{"127.0.0.1", 0}, "--web",
                                         Sources{.status = [] { return nullptr; },
                                                 .cell = [](const std::string&) { return bytes(""); },
                                                 .version = ""});
  Client listener(server->url());
  listener.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(listener.until("retry"), HasSubstr("200 OK"));
  Client silent(server->url());
  server.reset();
  listener.to_the_end();
  EXPECT_TRUE(listener.is_closed());
  EXPECT_TRUE(silent.is_closed());
}

TEST(Server, SaysWhatPortIsTaken) {
  const auto make = [](const Address& address) {
    return std::make_unique<Server>(address, "--web",
                                    Sources{.status = [] { return nullptr; },
                                            .cell = [](const std::string&) { return bytes(""); },
                                            .version = ""});
  };
  const auto first = make({"127.0.0.1", 0});
  const auto port = static_cast<std::uint16_t>(std::stoi(first->url().substr(first->url().rfind(':') + 1)));
  try {
    make({"127.0.0.1", port});
    FAIL();
  } catch (const RunError& error) {
    EXPECT_EQ(error.what(),
              "--web 127.0.0.1:" + std::to_string(port) + ": the port is taken; 0 takes any that is free");
  }
  EXPECT_THROW(make({"192.0.2.1", 0}), InputError) << "of no machine (RFC 5737)";
}

TEST(Server, BeyondLoopbackAsksForTheTokenThatItPrints) {
  Server server({"0.0.0.0", 0}, "--web",
                {.status = [] { return small_site().status; },
                 .cell = [](const std::string&) { return bytes(""); },
                 .version = ""});
  ASSERT_TRUE(server.token());
  EXPECT_THAT(server.url(), HasSubstr("/?token=" + *server.token()));
  const std::string local = "http://127.0.0.1:" + server.url().substr(server.url().rfind(':') + 1);
  EXPECT_THAT(get(local, "/"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(get(local, "/api/status"), StartsWith("HTTP/1.1 401 "));
  const std::string first = get(local, "/?token=" + *server.token());
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 "));
  const auto begin = first.find("Set-Cookie: ") + 12;
  const std::string cookie = first.substr(begin, first.find(';', begin) - begin);
  EXPECT_THAT(get(local, "/healthz", "Cookie: " + cookie + "\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get(local, "/healthz", "Authorization: Bearer " + *server.token() + "\r\n"),
              StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace missmodal::results::web
