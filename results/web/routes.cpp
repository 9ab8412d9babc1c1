#include "results/web/routes.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "results/web/assets.h"
#include "results/web/cells.h"
#include "results/web/metrics_text.h"

namespace missmodal::results::web {

namespace {

constexpr std::size_t kCellIdBytes = 64;  // a SHA-256 in hex

Response json(std::string text) {
  return {.body = bytes(std::move(text))};
}

Response not_yet() {
  return refusal(503, "not read yet");
}

std::optional<std::size_t> number(const Request& request, const std::string& name, std::size_t otherwise) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return otherwise;
  std::size_t value = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [stop, code] = std::from_chars(found->second.data(), end, value);
  if (code != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string word(const Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

Answer cells(const Request& request, const Site& site) {
  if (site.cells.version == 0) return not_yet();
  const auto offset = number(request, "offset", 0);
  const auto limit = number(request, "limit", kCellsPerPage);
  if (!offset || !limit || *limit > kCellsPerPage)
    return refusal(400,
                   "offset and limit must be whole numbers, limit at most " + std::to_string(kCellsPerPage));
  return json(cells_page(*site.cells.content, {.stage = word(request, "stage"),
                                               .state = word(request, "state"),
                                               .offset = *offset,
                                               .limit = *limit}));
}

Answer named(const Part<NamedBytes>& part, const std::string& name) {
  if (part.version == 0) return not_yet();
  const auto found = part.content.find(name);
  if (found == part.content.end()) return refusal(404, "there is none of this name");
  return Response{.body = found->second};
}

bool is_cell_id(std::string_view text) {
  return text.size() <= kCellIdBytes && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Answer interface(const Request& request, const Site& site) {
  const std::string& what = request.path[1];
  const bool whole = request.path.size() == 2;
  const bool one = request.path.size() == 3;
  if (what == "status" && whole) return site.status ? json(status_json(*site.status)) : not_yet();
  if (what == "news" && whole) return json(news(site) + "\n");
  if (what == "events" && whole) return Events{};
  if (what == "cells" && whole) return cells(request, site);
  if (what == "cells" && one && is_cell_id(request.path[2])) return CellQuestion{request.path[2]};
  if (what == "search" && one) return named(site.searches, request.path[2]);
  if (what == "tables" && whole) return named(site.tables, "");
  if (what == "tables" && one) return named(site.tables, request.path[2]);
  if (what == "curves" && whole)
    return site.curves.version == 0 ? not_yet() : Response{.body = site.curves.content};
  if (what == "about" && whole) return json(about_json(site.version));
  return refusal(404, "there is no such address; docs/web.md lists them");
}

}  // namespace

Answer route(const Request& request, const Site& site) {
  if (request.path.size() >= 2 && request.path.front() == "api") return interface(request, site);
  if (request.path.size() == 1 && request.path.front() == "healthz")
    return Response{.type = kPlain, .body = bytes("ok\n")};
  if (request.path.size() == 1 && request.path.front() == "metrics") {
    if (!site.status) return not_yet();
    return Response{.type = kMetricsType, .body = bytes(metrics_text(*site.status, site.version))};
  }
  if (request.path.size() <= 1) {
    if (const Asset* asset = find_asset(request.path.empty() ? "index.html" : request.path.front()))
      return Response{.type = asset->type, .body = asset->body};
  }
  return refusal(404, "there is no such address; docs/web.md lists them");
}

Heard hear(std::string_view text, const Gate& gate, const Site& site) {
  const auto read = read_request(text);
  if (std::holds_alternative<Incomplete>(read)) return {};
  Heard heard;
  if (const auto* bad = std::get_if<BadRequest>(&read)) {
    heard.bytes = text.size();
    heard.answer = refusal(bad->status, bad->reason);
    return heard;
  }
  const auto& [request, size] = std::get<Read>(read);
  heard.bytes = size;
  heard.head = request.head;
  heard.after = request.keep_alive ? After::keep_alive : After::close;
  if (auto refused = gate.refused(request)) {
    heard.after = After::close;
    heard.answer = std::move(*refused);
    return heard;
  }
  heard.answer = route(request, site);
  if (auto cookie = gate.cookie(request)) heard.fields.emplace_back("Set-Cookie", std::move(*cookie));
  return heard;
}

}  // namespace missmodal::results::web
