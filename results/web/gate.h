#pragma once
// Who may ask.

#include <optional>
#include <string>

#include "results/web/address.h"
#include "results/web/request.h"
#include "results/web/response.h"

namespace missmodal::results::web {

class Gate {
 public:
  // Without a token everybody may who names a host that we are. `machine`: this machine's own name, by which
  // one bound beyond loopback may be called too.
  Gate(Address bound, std::optional<std::string> token, std::string machine);

  // Why not, or nothing. A page of another site whose name was made to lead here (DNS rebinding) calls us by
  // that name: 403. No token or a wrong one: 401.
  std::optional<Response> refused(const Request& request) const;

  // Lets the browser that brought the token in its address keep it as a cookie, which no script reads and no
  // other site sends: a field for the answer's head, if any. Precondition: the request was not refused.
  std::optional<std::string> cookie(const Request& request) const;

 private:
  bool knows(std::string_view host) const;

  Address bound_;
  std::optional<std::string> token_;
  std::string machine_;
  std::string cookie_;  // its name: a port each, since browsers tell no ports apart
};

}  // namespace missmodal::results::web
