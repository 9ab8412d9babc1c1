#pragma once
// The page of one database: the server, and what reads the database for it.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "results/status.h"
#include "results/web/address.h"

namespace missmodal::results::web {

struct LivePageParts {
  std::filesystem::path database;
  Address address;
  std::string place;    // of the address, for mistakes: "--web"
  std::string version;  // the program's
  // Of a sweep that runs in this process; empty: it is read from the database, at most once a second.
  std::function<std::shared_ptr<const Status>()> status;
  std::function<void(const std::string& line)> tell;  // of trouble; from threads of the page's own
};

class LivePage {
 public:
  // Throws as Server does; what ails the database later goes to `tell` and the page shows the last it knew.
  explicit LivePage(LivePageParts parts);
  ~LivePage();
  LivePage(const LivePage&) = delete;
  LivePage& operator=(const LivePage&) = delete;

  const std::string& url() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace missmodal::results::web
