#include "results/web/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "results/web/token.h"

namespace missmodal::results::web {

namespace {

std::string lower(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small;
}

// "[::1]:8080" -> "::1"; nothing where the rest is no port. Any port: a tunnel has another than we.
std::optional<std::string> without_port(std::string_view host) {
  std::string_view rest;
  if (!host.empty() && host.front() == '[') {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    rest = host.substr(end + 1);
    host = host.substr(1, end - 1);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (const auto colon = host.find(':'); colon != std::string_view::npos) {
    rest = host.substr(colon);
    host = host.substr(0, colon);
  }
  const bool port = rest.size() > 1 && rest.size() <= 6 && rest.front() == ':' &&
                    rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (host.empty() || (!rest.empty() && !port)) return std::nullopt;
  return lower(host);
}

// The value of a cookie of that name; "" where there is none.
std::string_view cookie_of(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    std::string_view one = cookies.substr(0, end);
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
      return one.substr(name.size() + 1);
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
  }
  return {};
}

}  // namespace

Gate::Gate(Address bound, std::optional<std::string> token, std::string machine)
    : bound_(std::move(bound)),
      token_(std::move(token)),
      machine_(lower(machine)),
      cookie_(fmt::format("missmodal_{}", bound_.port)) {}

bool Gate::knows(std::string_view host) const {
  const auto name = without_port(host);
  if (!name) return false;
  if (*name == "localhost" || *name == "127.0.0.1" || *name == "::1" || *name == bound_.host) return true;
  if (is_loopback(bound_)) return false;
  // No name server can turn a number into another.
  return *name == machine_ || (is_any(bound_) && is_numeric(*name));
}

std::optional<Response> Gate::refused(const Request& request) const {
  if (!knows(request.host)) return refusal(403, "this host is not called so");
  if (!token_) return std::nullopt;
  constexpr std::string_view kBearer = "Bearer ";
  const auto given = request.query.find("token");
  if ((given != request.query.end() && is_same_secret(given->second, *token_)) ||
      is_same_secret(cookie_of(request.cookie, cookie_), *token_) ||
      (request.authorization.starts_with(kBearer) &&
       is_same_secret(std::string_view(request.authorization).substr(kBearer.size()), *token_))) {
    return std::nullopt;
  }
  return refusal(401, "the token that was printed is missing: open the address with ?token=");
}

std::optional<std::string> Gate::cookie(const Request& request) const {
  if (!token_ || request.query.count("token") == 0) return std::nullopt;
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict", cookie_, *token_);
}

}  // namespace missmodal::results::web
