#pragma once
// A shim over SQLite's own file system layer that goes wrong at a chosen operation, or tells what would be on
// the disk if the process or the machine ended right there.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace missmodal::results {

// A set of operations.
enum Operations : unsigned {
  kOpen = 1,
  kWrite = 2,
  kSync = 4,
  kTruncate = 8,
  kDelete = 16,
  kEveryOperation = 31,
};

enum class Effect {
  fail,       // the operation's own error: SQLITE_IOERR_WRITE, _FSYNC, _TRUNCATE, _DELETE, SQLITE_CANTOPEN
  fill_disk,  // SQLITE_FULL
  die,        // the process ends, after the first half of a write, or before any other operation
};

// Where Effect::die leaves from.
inline constexpr int kDied = 86;

struct Fault {
  Effect effect = Effect::fail;
  unsigned operations = kEveryOperation;  // that count
  int at = 1;                             // the one that it strikes, from 1
  bool lasts = false;                     // all later ones that count too
};

// How something ended before an operation.
enum class End {
  process,  // what was written is there, and the first half of the write that was about to be
  power,    // what no sync had covered is not there, and what was deleted is, until its folder was synced
  power_in_parts,  // the same, but of the writes that no sync had covered every other one is there
};

// The bytes of files, by name.
using Files = std::map<std::string, std::string>;

// SQLite's default as long as it lives; no connection may outlive it. It syncs nothing, but knows what was.
// Shared memory is left alone: it is empty after any end. One thread, one at a time.
class FaultVfs {
 public:
  // `rollback` offers no shared memory, so that SQLite cannot use the write-ahead log.
  enum class Journal { log, rollback };
  explicit FaultVfs(Journal journal);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  void arm(const Fault& fault);  // counting begins anew
  void disarm();
  bool struck() const;  // since arm()

  // Calls `before` before every operation; nothing for an empty one.
  void watch(std::function<void()> before);
  // What is in the folder after such an end. From `before` only, with no other user of the folder: it drops
  // this process's locks on the files.
  Files remains(const std::filesystem::path& folder, End end) const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace missmodal::results
