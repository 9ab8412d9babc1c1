#pragma once
// The right to write a database: an flock(2) on <database>.lock, whose text says who has it. The kernel gives
// it up with the process, however that ends; a text left behind by a killed process holds nobody out. The
// holder renews the file's time of change every few seconds: one whose host is gone or that was stopped does
// not, and is taken for dead.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace missmodal::results {

struct LeasePace {
  std::chrono::milliseconds renewal = std::chrono::seconds(2);
  std::chrono::milliseconds stale = std::chrono::seconds(20);  // without a renewal: its holder may be dead
  std::chrono::milliseconds watch = std::chrono::seconds(6);   // how long it is looked at before it is taken
};

class Lease {
 public:
  // Throws RunError within a second, naming the holder and how to stop it, if another process (or this one)
  // has it; InputError if the database has no folder to be in, or a name that database_file() refuses.
  // A lease that was not renewed for `stale`, nor while it was watched, is taken over, and `tell` hears of
  // it: whoever had it writes nothing any more only because of WriterConnection's generation.
  explicit Lease(const std::filesystem::path& database,
                 const std::function<void(const std::string& line)>& tell = {}, const LeasePace& pace = {});
  ~Lease();  // removes the lock file
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

 private:
  void renew(std::chrono::milliseconds interval);

  std::filesystem::path file_;  // the lock file
  int descriptor_ = -1;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread renewing_;
};

// Who writes the database now, as "host, process 123, since 2026-11-25 12:00:03 UTC"; nothing if nobody does.
// Creates nothing.
std::optional<std::string> lease_holder(const std::filesystem::path& database);

// Whether a process died that had the lease, and nobody has touched the database since: all its files are as
// that process wrote them, which SQLite knows to put right. False for a copy, and for what was put in its
// place. To be asked before the lease is taken.
bool is_as_its_writer_left_it(const std::filesystem::path& database);

std::string host_name();

}  // namespace missmodal::results
