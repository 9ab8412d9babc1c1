#pragma once
// What a client asks for, read from its bytes. Whoever sends them is not trusted.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace missmodal::results::web {

inline constexpr std::size_t kHeadBytes = 8192;    // a browser's with its cookies has about 1 KiB
inline constexpr std::size_t kTargetBytes = 1024;  // our longest has about 150: a cell, a filter, a token
inline constexpr std::size_t kFields = 64;         // a browser sends about 15

struct Request {
  bool head = false;              // HEAD, else GET
  std::vector<std::string> path;  // decoded segments: {"api", "status"}; {} for "/"
  std::map<std::string, std::string> query;
  std::string host;  // as sent, with its port
  std::string cookie;
  std::string authorization;
  bool keep_alive = false;
};

struct Incomplete {};  // more bytes have to come

struct BadRequest {
  int status = 400;
  std::string reason;
};

struct Read {
  Request request;
  std::size_t bytes = 0;  // of it; what follows is the next
};

// Reads the first request of `bytes`. Never throws for what stands in them. A BadRequest ends a connection:
// where the next request begins is not known.
std::variant<Incomplete, BadRequest, Read> read_request(std::string_view bytes);

}  // namespace missmodal::results::web
