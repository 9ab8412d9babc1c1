#include "results/web/live_page.h"

#include <mutex>
#include <optional>
#include <utility>

#include "results/web/database_watch.h"
#include "results/web/facts.h"
#include "results/web/server.h"

namespace missmodal::results::web {

namespace {

// How long nothing was heard of a worker grows although nothing changes.
constexpr WatchPace kStatusPace{.oldest = std::chrono::seconds(2)};
constexpr WatchPace kCellsPace{.look = std::chrono::seconds(2)};
constexpr WatchPace kTablesPace{.look = std::chrono::seconds(3)};

// The newest status, from one thread to another.
class Latest {
 public:
  void set(std::shared_ptr<const Status> status) {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
  }
  std::shared_ptr<const Status> get() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Status> status_;
};

}  // namespace

struct LivePage::Core {
  explicit Core(LivePageParts given)
      : parts(std::move(given)),
        server(parts.address, parts.place,
               {.status = parts.status ? parts.status : [this] { return latest.get(); },
                .cell = [this](const std::string& cell) { return read_cell(parts.database, cell); },
                .version = parts.version}),
        cells(
            parts.database, [this] { show_cells(); }, parts.tell, kCellsPace),
        tables(
            parts.database, [this] { show_tables(); }, parts.tell, kTablesPace) {
    if (!parts.status) {
      status.emplace(
          parts.database, [this] { latest.set(std::make_shared<const Status>(read_status(parts.database))); },
          parts.tell, kStatusPace);
    }
  }

  void show_cells() {
    auto list = std::make_shared<const std::vector<CellLine>>(read_cells(parts.database));
    server.change([list = std::move(list), searches = read_searches(parts.database)](Site& site) {
      site.cells.replace(list);
      site.searches.replace(searches);
    });
  }

  void show_tables() {
    std::string mark = read_progress_mark(parts.database);
    if (mark == shown) return;
    server.change([exhibits = read_exhibits(parts.database)](Site& site) {
      site.tables.replace(exhibits.tables);
      site.curves.replace(exhibits.curves);
    });
    shown = std::move(mark);
  }

  LivePageParts parts;
  Latest latest;
  std::string shown;  // the mark of the tables that are; of their watch alone
  Server server;
  DatabaseWatch cells;
  DatabaseWatch tables;
  std::optional<DatabaseWatch> status;
};

LivePage::LivePage(LivePageParts parts) : core_(std::make_unique<Core>(std::move(parts))) {}
LivePage::~LivePage() = default;

const std::string& LivePage::url() const {
  return core_->server.url();
}

}  // namespace missmodal::results::web
