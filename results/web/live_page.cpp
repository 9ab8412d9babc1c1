#include "results/web/live_page.h"

#include <chrono>
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

constexpr std::chrono::seconds kFresh{2};

// The newest status, put together from what two threads know.
class Latest {
 public:
  void set(Status status) {
    const std::lock_guard lock(mutex_);
    stored_ = std::make_shared<const Status>(std::move(status));
    merged_ = nullptr;
  }
  void set(Live live) {
    const std::lock_guard lock(mutex_);
    live_ = std::make_shared<const Live>(std::move(live));
    told_ = std::chrono::steady_clock::now();
    merged_ = nullptr;
  }
  std::shared_ptr<const Status> get() {
    const std::lock_guard lock(mutex_);
    const bool fresh = live_ && std::chrono::steady_clock::now() - told_ < kFresh;
    if (!stored_ || !fresh || stored_->exit_code) return stored_;
    if (!merged_) merged_ = std::make_shared<const Status>(merged(*stored_, *live_));
    return merged_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const Status> stored_;
  std::shared_ptr<const Live> live_;
  std::shared_ptr<const Status> merged_;  // null: to be made
  std::chrono::steady_clock::time_point told_;
};

}  // namespace

struct LivePage::Core {
  explicit Core(LivePageParts given)
      : parts(std::move(given)),
        server(parts.address, parts.place,
               {.status = [this] { return latest.get(); },
                .cell = [this](const std::string& cell) { return read_cell(parts.database, cell); },
                .version = parts.version}) {}

  void begin() {
    status.emplace(
        parts.database, [this] { latest.set(read_status(parts.database)); }, parts.tell, kStatusPace);
    cells.emplace(
        parts.database, [this] { show_cells(); }, parts.tell, kCellsPace);
    tables.emplace(
        parts.database, [this] { show_tables(); }, parts.tell, kTablesPace);
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
  std::optional<DatabaseWatch> status;
  std::optional<DatabaseWatch> cells;
  std::optional<DatabaseWatch> tables;
};

LivePage::LivePage(LivePageParts parts) : core_(std::make_unique<Core>(std::move(parts))) {}
LivePage::~LivePage() = default;

void LivePage::begin() {
  core_->begin();
}

bool LivePage::is_watched() const {
  return core_->server.is_watched();
}

void LivePage::show(Live live) {
  core_->latest.set(std::move(live));
}

const std::string& LivePage::url() const {
  return core_->server.url();
}

}  // namespace missmodal::results::web
