#pragma once
// Requests that nobody should send, and what a site answers them with.

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "results/web/gate.h"
#include "results/web/site.h"

namespace missmodal::results::web {

// One of every kind that the reader tells apart, and every address; what fuzzing begins with.
inline constexpr std::array<std::string_view, 14> kSeeds{
    "GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
    "HEAD /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "GET /api/cells?stage=final&state=running&offset=10&limit=5 HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
    "GET /api/cells/0123456789abcdef HTTP/1.1\r\nHost: localhost\r\nCookie: a=b; "
    "missmodal_8080=secret\r\n\r\n",
    "GET /api/events?token=secret HTTP/1.1\r\nHost: node1:8080\r\nAuthorization: Bearer secret\r\n\r\n",
    "GET /api/tables/table1 HTTP/1.0\r\nHost: localhost\r\n\r\n",
    "GET /api/search/a%20b%2e HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /api/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /%2e%2e/%00 HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n",
    "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"};  // TLS

// A site with something in every part.
inline Site small_site() {
  Site site;
  Status status;
  status.sweep = "mosi \"quoted\"\\\n<script>alert(1)</script>";
  for (const char* state : {"pending", "running", "accepted", "diverged", "parked"}) status.cells[state] = 1;
  StageStatus& stage = status.stages.emplace_back();
  stage.name = "a b.";
  stage.states = status.cells;
  WorkerRow& worker = status.workers.emplace_back();
  worker.rank = 3;
  worker.host = "node\"1";
  worker.condition = WorkerCondition::training;
  worker.processors = 1.5;
  status.remaining = Remaining{60, 50, 70};
  site.status = std::make_shared<const Status>(status);
  site.cells.replace(std::make_shared<const std::vector<CellLine>>(
      std::vector<CellLine>{{"search", "accepted", "{\"id\":\"1\"}"},
                            {"search", "running", "{\"id\":\"2\"}"},
                            {"final", "running", "{\"id\":\"3\"}"},
                            {"final", "pending", "{\"id\":\"4\"}"}}));
  site.searches.replace({{"a b.", bytes("{}\n")}});
  site.tables.replace({{"", bytes("[]\n")}, {"table1", bytes("{\"name\":\"table1\"}\n")}});
  site.curves.replace(bytes("{\"curves\":[]}\n"));
  site.version = "0.1.0";
  return site;
}

}  // namespace missmodal::results::web
