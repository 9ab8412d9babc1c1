#include "results/web/database_watch.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <exception>
#include <optional>
#include <utility>

#include "results/database.h"
#include "results/lease.h"
#include "results/web/background_thread.h"

namespace missmodal::results::web {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kNever = -1;       // no data version
constexpr int kRestPerWork = 4;  // so that reading takes a fifth of a core at most

}  // namespace

DatabaseWatch::DatabaseWatch(std::filesystem::path database, std::function<void()> read,
                             std::function<void(const std::string&)> tell, WatchPace pace)
    : database_(std::move(database)),
      read_(std::move(read)),
      tell_(std::move(tell)),
      pace_(pace),
      thread_([this] { watch(); }) {}

DatabaseWatch::~DatabaseWatch() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool DatabaseWatch::rest(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_until(lock, until, [this] { return over_; });
}

void DatabaseWatch::watch() {
  stay_in_background();
  std::optional<SQLite::Database> connection;  // that tells whether others have written
  int seen = kNever;
  std::optional<std::string> writer;
  std::string told;
  Clock::time_point last_read{};
  Clock::duration rest_after = pace_.look;
  do {
    rest_after = pace_.look;
    try {
      if (!connection) connection = open_for_reading(database_);
      const int version = connection->execAndGet("PRAGMA data_version").getInt();
      const auto begin = Clock::now();
      auto holder = lease_holder(database_);
      if (seen == version && holder == writer && !(holder && begin - last_read >= pace_.oldest)) continue;
      read_();
      seen = version;
      writer = std::move(holder);
      last_read = Clock::now();
      rest_after = std::max<Clock::duration>(pace_.look, kRestPerWork * (last_read - begin));
      told.clear();
    } catch (const std::exception& error) {
      connection.reset();
      seen = kNever;
      if (told != error.what()) tell_(error.what());
      told = error.what();
    }
  } while (rest(Clock::now() + rest_after));
}

}  // namespace missmodal::results::web
