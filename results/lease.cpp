#include "results/lease.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <ctime>
#include <string_view>
#include <thread>

#include "results/database_name.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

std::filesystem::path lock_file(const std::filesystem::path& database) {
  std::filesystem::path file = database_file(database);
  file += ".lock";
  return file;
}

// lease_holder() has the lock for a moment, while it looks whether anybody else does.
constexpr int kTries = 10;
constexpr std::chrono::milliseconds kBetweenTries{20};

// How much later than its last renewal a living holder may have written.
constexpr std::chrono::seconds kSinceRenewal{3};

std::string holder_text() {
  return fmt::format("{}, process {}, since {:%Y-%m-%d %H:%M:%S} UTC", host_name(), getpid(),
                     fmt::gmtime(std::time(nullptr)));
}

// "; stop it with: kill -TERM 123" where the text names a process. It may be of another version, or be read
// before it was written.
std::string how_to_stop(const std::string& holder) {
  constexpr std::string_view kProcess = ", process ";
  const std::size_t comma = holder.find(kProcess);
  if (comma == std::string::npos) return "";
  int process = 0;
  const char* const digits = holder.data() + comma + kProcess.size();
  if (std::from_chars(digits, holder.data() + holder.size(), process).ec != std::errc()) return "";
  const std::string host = holder.substr(0, comma);
  return fmt::format("; stop it with: {}kill -TERM {}", host == host_name() ? "" : "ssh " + host + " ",
                     process);
}

// How long ago, by the clock of this host, the file was changed; nothing if it is not there.
std::optional<std::chrono::nanoseconds> age_of(int descriptor) {
  struct stat found {};
  timespec now{};
  if (fstat(descriptor, &found) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0) return std::nullopt;
  return std::chrono::seconds(now.tv_sec - found.st_mtim.tv_sec) +
         std::chrono::nanoseconds(now.tv_nsec - found.st_mtim.tv_nsec);
}

bool same_time(const struct stat& a, const struct stat& b) {
  return a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// Whether nobody renews what this descriptor is open on. Two hosts' clocks may differ, so that a file looks
// old is only the reason to watch it.
bool abandoned(int descriptor, const LeasePace& pace) {
  struct stat before {};
  struct stat after {};
  const auto age = age_of(descriptor);
  if (!age || *age < pace.stale || fstat(descriptor, &before) != 0) return false;
  std::this_thread::sleep_for(pace.watch);
  return fstat(descriptor, &after) == 0 && same_time(before, after);
}

bool take(int descriptor) {
  for (int tries = 1; flock(descriptor, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK || tries == kTries) return false;
    std::this_thread::sleep_for(kBetweenTries);
  }
  return true;
}

std::string read_text(int descriptor) {
  std::array<char, 256> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "another process";
}

// False if the file was removed (by the holder before us) between our open and our lock.
bool still_named(int descriptor, const std::filesystem::path& file) {
  struct stat opened {};
  struct stat named {};
  return fstat(descriptor, &opened) == 0 && stat(file.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> text{};
  return gethostname(text.data(), text.size() - 1) == 0 ? text.data() : "unknown";
}

Lease::Lease(const std::filesystem::path& database, const std::function<void(const std::string& line)>& tell,
             const LeasePace& pace)
    : file_(lock_file(database)) {
  while (true) {
    descriptor_ = open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0 && (errno == ENOENT || errno == ENOTDIR)) {
      throw InputError(database.string(), "its folder does not exist");
    }
    if (descriptor_ < 0) throw RunError(fmt::format("{}: open: {}", file_.string(), std::strerror(errno)));
    if (!take(descriptor_)) {
      const int code = errno;
      const std::string holder = read_text(descriptor_);
      // Its lock stays with the file that it has open; ours is on another of the same name.
      const bool taken_over =
          code == EWOULDBLOCK && abandoned(descriptor_, pace) && still_named(descriptor_, file_);
      if (taken_over) unlink(file_.c_str());
      close(descriptor_);
      if (taken_over) {
        if (tell) {
          tell(fmt::format("{}: taken over from {}, who gave no sign of life", database.string(), holder));
        }
        continue;
      }
      if (code == EWOULDBLOCK) {
        throw RunError(
            fmt::format("{}: is being written by {}{}", database.string(), holder, how_to_stop(holder)));
      }
      throw RunError(fmt::format("{}: flock: {}", file_.string(), std::strerror(code)));
    }
    if (still_named(descriptor_, file_)) break;
    close(descriptor_);
  }
  const std::string text = holder_text();
  if (ftruncate(descriptor_, 0) != 0 ||
      pwrite(descriptor_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    const int code = errno;
    close(descriptor_);
    throw RunError(fmt::format("{}: write: {}", file_.string(), std::strerror(code)));
  }
  renewing_ = std::thread([this, interval = pace.renewal] { renew(interval); });
}

Lease::~Lease() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  renewing_.join();
  if (still_named(descriptor_, file_)) unlink(file_.c_str());  // else another took it over
  close(descriptor_);
}

void Lease::renew(std::chrono::milliseconds interval) {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval, [this] { return over_; })) {
    futimens(descriptor_, nullptr);  // a disk in trouble is the store's to report
  }
}

bool is_as_its_writer_left_it(const std::filesystem::path& database) {
  struct stat renewed {};
  if (stat(lock_file(database).c_str(), &renewed) != 0 || lease_holder(database)) return false;
  // The time of change, unlike that of modification, cannot be set by whoever puts a file in place.
  for (const char* suffix : {"", "-wal", "-journal"}) {
    std::filesystem::path file = database_file(database);
    file += suffix;
    struct stat found {};
    if (stat(file.c_str(), &found) != 0) continue;
    if (found.st_ctim.tv_sec > renewed.st_mtim.tv_sec + kSinceRenewal.count()) return false;
  }
  return true;
}

std::optional<std::string> lease_holder(const std::filesystem::path& database) {
  const int descriptor = open(lock_file(database).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  std::optional<std::string> holder;
  if (flock(descriptor, LOCK_SH | LOCK_NB) != 0) holder = read_text(descriptor);
  close(descriptor);
  return holder;
}

}  // namespace missmodal::results
