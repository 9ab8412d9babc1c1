#pragma once
// Reads a database again whenever it has changed, in a thread of its own.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace missmodal::results::web {

struct WatchPace {
  std::chrono::milliseconds look = std::chrono::seconds(1);  // between two looks whether it has changed
  std::chrono::milliseconds oldest =
      std::chrono::hours(24);  // after so long it is read again anyhow, while it has a writer
};

class DatabaseWatch {
 public:
  // `read` is called at once, then after a change of the file or of who writes it, in the watch's thread;
  // between two calls it rests at least four times as long as the last took. What it throws, and what hinders
  // looking, goes to `tell`, each line once until another; it is tried again.
  DatabaseWatch(std::filesystem::path database, std::function<void()> read,
                std::function<void(const std::string& line)> tell, WatchPace pace = {});
  ~DatabaseWatch();  // waits for a call of `read` that is under way
  DatabaseWatch(const DatabaseWatch&) = delete;
  DatabaseWatch& operator=(const DatabaseWatch&) = delete;

 private:
  void watch();
  bool rest(std::chrono::steady_clock::time_point until);  // false: the watch is over

  std::filesystem::path database_;
  std::function<void()> read_;
  std::function<void(const std::string&)> tell_;
  WatchPace pace_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;  // last: it uses all of them
};

}  // namespace missmodal::results::web
