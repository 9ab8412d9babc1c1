#pragma once
// Serves the page: one thread and io_context of its own. [Boost.Beast]

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "results/status.h"
#include "results/web/address.h"
#include "results/web/response.h"
#include "results/web/site.h"

namespace missmodal::results::web {

struct Sources {
  // The newest state, or null while there is none; asked ten times a second by the server's thread, so it
  // must be quick.
  std::function<std::shared_ptr<const Status>()> status;
  // One cell's story; takes its time in a thread of its own, one at a time. Throws InputError where no cell's
  // or several cells' ids begin so.
  std::function<Bytes(const std::string& cell)> cell;
  std::string version;  // of the program
};

class Server {
 public:
  // Listens; beyond loopback with a new token. Throws InputError at `place` for an address that is not this
  // machine's, RunError, one line, for a port that is taken or forbidden.
  Server(const Address& address, const std::string& place, Sources sources);
  ~Server();  // hangs up on everybody, at once
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // To be opened in a browser; with the token where one is needed.
  const std::string& url() const;
  const std::optional<std::string>& token() const;

  // Somebody listens, or asked in the last seconds; from any thread.
  bool is_watched() const;

  // Changes what is shown, soon, in the server's thread. From any thread.
  void change(std::function<void(Site&)> change);

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace missmodal::results::web
