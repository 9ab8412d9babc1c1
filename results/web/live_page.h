#pragma once
// The page of one database: the server, and what reads the database for it.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "results/web/address.h"
#include "results/web/live.h"

namespace missmodal::results::web {

struct LivePageParts {
  std::filesystem::path database;
  Address address;
  std::string place;                                  // of the address, for mistakes: "--web"
  std::string version;                                // the program's
  std::function<void(const std::string& line)> tell;  // of trouble; from threads of the page's own
};

class LivePage {
 public:
  // Listens, and says of everything that it is not read yet. Throws as Server does.
  explicit LivePage(LivePageParts parts);
  ~LivePage();
  LivePage(const LivePage&) = delete;
  LivePage& operator=(const LivePage&) = delete;

  // From now on the database is read. What ails it goes to `tell`, and the page shows the last it knew.
  void begin();

  const std::string& url() const;

  // Somebody has looked in the last seconds; from any thread.
  bool is_watched() const;
  // What the sweep of this process knows now; shown for two seconds, or until it tells more. From any thread.
  void show(Live live);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace missmodal::results::web
