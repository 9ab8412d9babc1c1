#pragma once
// Which address shows what. Without sockets, so that tests and fuzzers ask it directly.

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "results/web/gate.h"
#include "results/web/request.h"
#include "results/web/response.h"
#include "results/web/site.h"

namespace missmodal::results::web {

struct CellQuestion {  // one cell's story, to be read from the database
  std::string cell;    // begins its id
};
struct Events {};  // the news, as long as the client listens

using Answer = std::variant<Response, CellQuestion, Events>;

Answer route(const Request& request, const Site& site);

// What becomes of the bytes that a client has sent so far: the way from the wire to an answer.
struct Heard {
  std::size_t bytes = 0;  // of the first request; 0: more have to come, and all else here says nothing
  bool head = false;      // HEAD: the answer's head alone
  After after = After::close;
  Answer answer;
  std::vector<std::pair<std::string, std::string>> fields;  // for the answer's head
};
Heard hear(std::string_view bytes, const Gate& gate, const Site& site);

}  // namespace missmodal::results::web
