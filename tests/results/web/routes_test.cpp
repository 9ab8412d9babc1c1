#include "results/web/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "tests/results/web/hostile_requests.h"

namespace missmodal::results::web {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const Gate kGate({"127.0.0.1", 8080}, std::nullopt, "node1");

Heard asked(const Site& site, const std::string& target) {
  return hear("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n", kGate, site);
}

Response answered(const Site& site, const std::string& target) {
  return std::get<Response>(asked(site, target).answer);
}

json read(const Site& site, const std::string& target) {
  const Response response = answered(site, target);
  EXPECT_EQ(response.status, 200) << target;
  EXPECT_EQ(response.type, kJson) << target;
  return json::parse(*response.body);
}

TEST(Routes, ShowWhatTheSiteHolds) {
  const Site site = small_site();
  EXPECT_EQ(read(site, "/api/status")["cells"]["running"], 1);
  EXPECT_EQ(read(site, "/api/news")["versions"]["tables"], 1);
  EXPECT_EQ(read(site, "/api/search/a%20b."), json::object());
  EXPECT_EQ(read(site, "/api/tables"), json::array());
  EXPECT_EQ(read(site, "/api/tables/table1")["name"], "table1");
  EXPECT_EQ(read(site, "/api/curves")["curves"], json::array());
  EXPECT_EQ(read(site, "/api/about")["version"], "0.1.0");
  EXPECT_EQ(*answered(site, "/healthz").body, "ok\n");
  EXPECT_EQ(answered(site, "/").type, "text/html; charset=utf-8");
  EXPECT_TRUE(std::holds_alternative<Events>(asked(site, "/api/events").answer));
  EXPECT_EQ(std::get<CellQuestion>(asked(site, "/api/cells/0a1b").answer).cell, "0a1b");
}

TEST(Routes, ThereAreNoOthers) {
  const Site site = small_site();
  for (const char* target :
       {"/api", "/api/", "/api/nope", "/api/status/x", "/api/events/x", "/api/tables/nope",
        "/api/tables/table1/x", "/api/search", "/api/search/nope", "/api/cells/0A", "/api/cells/xyz",
        "/api/cells/1/2", "/nope", "/index.html/x", "/page/app.js", "/metrics/x", "/healthz/x",
        "/api/cells/00000000000000000000000000000000000000000000000000000000000000000"})
    EXPECT_EQ(answered(site, target).status, 404) << target;
}

TEST(Routes, CellsComeByPageStageAndState) {
  const Site site = small_site();
  const auto ids = [&](const std::string& query) {
    std::string text;
    const json page = read(site, "/api/cells" + query);
    for (const json& cell : page["cells"]) text += cell["id"].get<std::string>();
    return text + " of " + page["total"].dump();
  };
  EXPECT_EQ(ids(""), "1234 of 4");
  EXPECT_EQ(ids("?stage=final"), "34 of 2");
  EXPECT_EQ(ids("?state=running"), "23 of 2");
  EXPECT_EQ(ids("?state=running&stage=final"), "3 of 1");
  EXPECT_EQ(ids("?offset=1&limit=2"), "23 of 4");
  EXPECT_EQ(ids("?offset=9"), " of 4");
  EXPECT_EQ(ids("?limit=0"), " of 4");
  EXPECT_EQ(ids("?stage=nope"), " of 0");
  for (const char* wrong :
       {"?offset=x", "?offset=-1", "?limit=201", "?limit=", "?limit=1e2", "?offset=99999999999999999999"})
    EXPECT_EQ(answered(site, std::string("/api/cells") + wrong).status, 400) << wrong;
}

TEST(Routes, SayWhatIsNotReadYet) {
  for (const char* target :
       {"/api/status", "/api/cells", "/api/search/x", "/api/tables", "/api/curves", "/metrics"}) {
    const Response response = answered(Site{}, target);
    EXPECT_EQ(response.status, 503) << target;
    EXPECT_THAT(head_of(response, After::close), HasSubstr("Retry-After: 1"));
  }
  EXPECT_TRUE(read(Site{}, "/api/news")["status"].is_null());
}

TEST(Routes, EveryAnswerForbidsWhatThePageNeverDoes) {
  const Site site = small_site();
  for (const char* target : {"/", "/api/status", "/api/nope", "/metrics"}) {
    const std::string head = head_of(answered(site, target), After::keep_alive);
    EXPECT_THAT(head, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self';"));
    EXPECT_THAT(head, HasSubstr("X-Content-Type-Options: nosniff"));
    EXPECT_THAT(head, HasSubstr("Cache-Control: no-store"));
    EXPECT_THAT(head, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(head, Not(HasSubstr("unsafe")));
    EXPECT_THAT(head, Not(HasSubstr("Access-Control")));
  }
}

TEST(Routes, WhoIsRefusedOrMalformedIsHungUpOn) {
  const Site site = small_site();
  const Heard stranger = hear("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", kGate, site);
  EXPECT_EQ(std::get<Response>(stranger.answer).status, 403);
  EXPECT_EQ(stranger.after, After::close);
  const Heard broken = hear("GET /../x HTTP/1.1\r\nHost: localhost\r\n\r\n", kGate, site);
  EXPECT_EQ(std::get<Response>(broken.answer).status, 400);
  EXPECT_EQ(broken.after, After::close);
  EXPECT_EQ(asked(site, "/").after, After::keep_alive);
}

TEST(Routes, TheNewsShowsTheLatestFailuresAndCountsAll) {
  Site site = small_site();
  Status status = *site.status;
  for (int i = 0; i < 500; ++i) status.failures.push_back({std::to_string(i), 1, "bug", "</script>\n\xff"});
  site.status = std::make_shared<const Status>(status);
  const std::string text = news(site);
  const json parsed = json::parse(text);
  EXPECT_EQ(parsed["failures"], 500);
  EXPECT_EQ(parsed["status"]["failures"].size(), kShownFailures);
  EXPECT_EQ(parsed["status"]["failures"][0]["cell"], "0");
  EXPECT_THAT(text, Not(HasSubstr("\n"))) << "a line of an event stream";
}

// What holds for any bytes.
void expect_lawful(const std::string& text, const Gate& gate, const Site& site) {
  const Heard heard = hear(text, gate, site);
  if (heard.bytes == 0) {
    EXPECT_LT(text.size(), kHeadBytes);
    return;
  }
  EXPECT_LE(heard.bytes, text.size());
  if (const auto* response = std::get_if<Response>(&heard.answer)) {
    EXPECT_THAT((std::vector{200, 400, 401, 403, 404, 405, 414, 431}), testing::Contains(response->status))
        << text;
    ASSERT_TRUE(response->body);
    const std::string head = head_of(*response, heard.after);
    EXPECT_EQ(head.find("\r\n\r\n"), head.size() - 4) << "one end";
    EXPECT_EQ(heard.after == After::close, heard.after != After::keep_alive);
  }
}

TEST(Routes, ChangedBytesNeverBreakAnything) {
  const Site site = small_site();
  const Gate open = kGate;
  const Gate closed({"0.0.0.0", 8080}, "secret", "node1");
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int i = 0; i < 20000; ++i) {
    std::string text(kSeeds[below(kSeeds.size())]);
    for (std::size_t change = below(6); change > 0; --change) {
      const std::size_t at = below(text.size());
      switch (below(5)) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, below(8));
          break;
        case 2:
          text.insert(at, std::string(below(20), static_cast<char>(random())));
          break;
        case 3:
          text.insert(at, kSeeds[below(kSeeds.size())].substr(0, below(60)));
          break;
        default:
          text.insert(at, text.substr(below(text.size()), below(50)));
          break;
      }
      if (text.empty()) text = "\r\n";
    }
    expect_lawful(text, i % 2 == 0 ? open : closed, site);
  }
}

}  // namespace
}  // namespace missmodal::results::web
