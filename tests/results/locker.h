#pragma once
// Another program's open transaction on a database.

#include <filesystem>
#include <memory>
#include <string>

namespace missmodal::results {

class Locker {
 public:
  // `begin`: BEGIN (with a read), BEGIN IMMEDIATE or BEGIN EXCLUSIVE. Waits ten seconds for whoever writes.
  Locker(const std::filesystem::path& file, const std::string& begin);
  ~Locker();
  void leave();  // commits; from any thread

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace missmodal::results
