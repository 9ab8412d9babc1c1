#pragma once
// The one connection that writes a database. For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "results/lease.h"
#include "results/patience.h"

namespace missmodal::results {

class WriterConnection {
 public:
  enum class Absent { create, refuse };

  // Takes the lease. Throws InputError for what is no database of ours, one that is not there and must be, or
  // one on a network file system without working locks; RunError where another process has the lease.
  WriterConnection(const std::filesystem::path& name, Absent absent, Patience patience);
  // A database at rest is one file: without the write-ahead log it can be copied, and read where nothing may
  // be written. With a reader in the way it keeps the log, which is as good.
  ~WriterConnection();
  WriterConnection(const WriterConnection&) = delete;
  WriterConnection& operator=(const WriterConnection&) = delete;

  // From here on commits go to the journal that suits the file system: to be called once the file is known to
  // be the right one, since it changes its header.
  void start_journal();

  // The first transaction, in which `action` writes and after which the tables exist. It raises the file's
  // generation: a writer of an earlier one, whenever it wakes from whatever held it, writes no more. Tables
  // that the file lacks because an earlier version wrote it are there for `action`.
  template <typename Action>
  void claim(Action action) {
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    bring_up_to_date();
    action();
    const std::int64_t generation = raise_generation();
    transaction.commit();
    generation_ = generation;
  }

  // One more transaction, in which `action` writes. Throws RunError, and writes nothing, once another writer
  // has claimed the file.
  template <typename Action>
  void transact(Action action) {
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    check_generation();
    action();
    transaction.commit();
  }

  // Calls `action` until no other program's lock is in its way; blocks meanwhile. `action` is repeated as a
  // whole, so a transaction must begin inside of it. Throws what it throws, and RunError after too long.
  void patiently(const std::function<void()>& action);
  // Once. False where another program's lock was in its way.
  bool at_once(const std::function<void()>& action);

  SQLite::Database& database() { return database_; }
  const std::filesystem::path& name() const { return name_; }  // as the user wrote it
  // The one that suits the file system; after start_journal() the one in use.
  const std::string& journal_mode() const { return journal_mode_; }
  // When this was made it was as a writer that died had left it (results/lease.h).
  bool left_by_its_writer() const { return left_by_its_writer_; }

 private:
  void bring_up_to_date();
  std::int64_t raise_generation();
  void check_generation();

  std::filesystem::path name_;
  std::filesystem::path file_;
  bool left_by_its_writer_;
  Lease lease_;
  std::string journal_mode_;
  LockWait wait_;
  SQLite::Database database_;
  std::int64_t generation_ = 0;  // 0: not claimed
  std::optional<SQLite::Statement> select_generation_;
};

}  // namespace missmodal::results
