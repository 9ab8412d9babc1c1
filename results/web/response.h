#pragma once
// What a client gets.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace missmodal::results::web {

using Bytes = std::shared_ptr<const std::string>;  // ready to be sent, to any number of clients

Bytes bytes(std::string text);

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kPlain = "text/plain; charset=utf-8";
inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr std::string_view kEvents = "text/event-stream";

struct Response {
  int status = 200;
  std::string_view type = kJson;
  Bytes body;                                                    // null: what follows has no end (events)
  std::vector<std::pair<std::string, std::string>> fields = {};  // besides those that all have
};

// {"error": reason}
Response refusal(int status, std::string_view reason);

enum class After { keep_alive, close };

// The head, to the empty line. Every answer forbids scripts that are not ours, guessing its type, and storing
// it.
std::string head_of(const Response& response, After after);

}  // namespace missmodal::results::web
