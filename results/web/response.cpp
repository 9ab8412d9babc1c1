#include "results/web/response.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/write.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

namespace missmodal::results::web {

namespace http = boost::beast::http;

Bytes bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

Response refusal(int status, std::string_view reason) {
  Response response{.status = status, .body = bytes(nlohmann::json{{"error", reason}}.dump() + "\n")};
  if (status == 405) response.fields.emplace_back("Allow", "GET, HEAD");
  if (status == 401) response.fields.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 503) response.fields.emplace_back("Retry-After", "1");
  return response;
}

std::string head_of(const Response& response, After after) {
  http::response_header<> head;
  head.version(11);
  head.result(static_cast<unsigned>(response.status));
  head.set(http::field::content_type, {response.type.data(), response.type.size()});
  if (response.body) head.set(http::field::content_length, std::to_string(response.body->size()));
  head.set(http::field::connection, after == After::close ? "close" : "keep-alive");
  head.set(http::field::cache_control, "no-store");
  head.set(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  head.set("X-Content-Type-Options", "nosniff");
  head.set("Referrer-Policy", "no-referrer");
  head.set("Cross-Origin-Resource-Policy", "same-origin");
  head.set("Cross-Origin-Opener-Policy", "same-origin");
  for (const auto& [name, value] : response.fields) head.set(name, value);
  std::ostringstream text;
  text << head;
  return text.str();
}

}  // namespace missmodal::results::web
