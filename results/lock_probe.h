#pragma once
// Whether locks on files work in a folder. On some network file systems they fail, hang, or are granted to
// everybody: then neither a lease nor SQLite can keep two sweeps apart.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace missmodal::results {

// Takes an exclusive lock on an open file, without waiting; 0, or why not (errno). Called in child processes:
// only what a signal handler may call.
using LockOperation = std::function<int(int descriptor)>;
int lock_by_fcntl(int descriptor);  // what SQLite uses
int lock_by_flock(int descriptor);  // what the lease uses

// "" if one process that tries is refused while another holds the lock; else what is wrong, as the end of a
// sentence on the folder. Two child processes try it on a file of their own in the folder, which is removed;
// within `limit`. Throws RunError where no file can be made there.
std::string what_is_wrong_with_locks(const std::filesystem::path& folder, const LockOperation& lock,
                                     std::chrono::milliseconds limit = std::chrono::seconds(10));

// Throws InputError, naming the database, unless locks work in its folder; `network` is the file system's
// name. The second with another operation than both above.
void check_locks(const std::filesystem::path& database, std::string_view network);
void check_locks(const std::filesystem::path& database, std::string_view network, const LockOperation& lock);

}  // namespace missmodal::results
