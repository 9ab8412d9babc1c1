#include "results/writer_connection.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include "results/database.h"
#include "results/database_name.h"
#include "results/file_system.h"
#include "results/lock_probe.h"
#include "results/schema_version.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

// SQLite itself waits this long for a lock, so that readers who leave at once need no second try. It is what
// the coordinator's loop stands still for.
constexpr int kBusyMs = 20;
constexpr std::chrono::milliseconds kBetweenTries{50};

std::filesystem::path inspected(const std::filesystem::path& name, WriterConnection::Absent absent) {
  const FileKind kind = inspect_file(name);
  if (absent == WriterConnection::Absent::refuse) check_ours(name, kind);
  std::filesystem::path file = database_file(name);
  check_only_name(file, name);
  // Of a folder that is not there, or may not be written, the lease tells.
  if (access(file.parent_path().c_str(), W_OK) == 0) {
    if (const std::string_view network = network_file_system(file); !network.empty())
      check_locks(file, network);
  }
  return file;
}

}  // namespace

WriterConnection::WriterConnection(const std::filesystem::path& name, Absent absent, Patience patience)
    : name_(name),
      file_(inspected(name, absent)),
      left_by_its_writer_(is_as_its_writer_left_it(name)),
      lease_(name, patience.tell, patience.lease),
      journal_mode_(network_file_system(file_).empty() ? "wal" : "delete"),
      wait_(name, std::move(patience)),
      database_(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMs) {
  database_.exec("PRAGMA foreign_keys = ON");
  // What is committed outlives a loss of power. EXTRA: with the rollback journal the deletion of a file
  // commits, of which the disk knows only once the folder was synced, too; FULL leaves that out.
  patiently([&] { database_.exec("PRAGMA synchronous = EXTRA"); });
}

WriterConnection::~WriterConnection() {
  database_.tryExec("PRAGMA journal_mode = DELETE");
}

void WriterConnection::bring_up_to_date() {
  if (database_.tableExists("sweep") && !is_up_to_date(database_)) results::bring_up_to_date(database_);
}

std::int64_t WriterConnection::raise_generation() {
  database_.exec("UPDATE sweep SET generation = generation + 1");
  return database_.execAndGet("SELECT generation FROM sweep").getInt64();
}

void WriterConnection::check_generation() {
  if (!select_generation_) select_generation_.emplace(database_, "SELECT generation FROM sweep");
  select_generation_->tryReset();
  const bool ours =
      select_generation_->executeStep() && select_generation_->getColumn(0).getInt64() == generation_;
  select_generation_->tryReset();
  if (!ours) {
    throw RunError(fmt::format("{}: another coordinator has taken the database over; this one writes no more",
                               name_.string()));
  }
}

void WriterConnection::start_journal() {
  // SQLite keeps what it has where the file system offers no memory to share.
  patiently(
      [&] { journal_mode_ = database_.execAndGet("PRAGMA journal_mode = " + journal_mode_).getString(); });
}

void WriterConnection::patiently(const std::function<void()>& action) {
  while (!at_once(action)) std::this_thread::sleep_for(kBetweenTries);
}

bool WriterConnection::at_once(const std::function<void()>& action) {
  try {
    action();
  } catch (const SQLite::Exception& error) {
    if (!is_busy(error)) throw;
    wait_.found_locked();
    return false;
  }
  wait_.got_through();
  return true;
}

}  // namespace missmodal::results
