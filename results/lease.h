#pragma once
// The right to write a database: an flock(2) on <database>.lock, whose text says who has it. The kernel gives
// it up with the process, however that ends; a text left behind by a killed process holds nobody out.

#include <filesystem>
#include <optional>
#include <string>

namespace missmodal::results {

class Lease {
 public:
  // Throws RunError within a second, naming the holder and how to stop it, if another process (or this one)
  // has it; InputError if the database has no folder to be in, or a name that database_file() refuses.
  explicit Lease(const std::filesystem::path& database);
  ~Lease();  // removes the lock file
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

 private:
  std::filesystem::path file_;  // the lock file
  int descriptor_ = -1;
};

// Who writes the database now, as "host, process 123, since 2026-11-25 12:00:03 UTC"; nothing if nobody does.
// Creates nothing.
std::optional<std::string> lease_holder(const std::filesystem::path& database);

std::string host_name();

}  // namespace missmodal::results
