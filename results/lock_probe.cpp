#include "results/lock_probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "sweeps/error.h"

namespace missmodal::results {

namespace {

RunError trouble(const std::filesystem::path& where, const char* call) {
  return RunError(fmt::format("{}: {}: {}", where.string(), call, std::strerror(errno)));
}

// A file that is gone with this.
class ProbeFile {
 public:
  explicit ProbeFile(const std::filesystem::path& folder)
      : path_((folder / fmt::format(".missmodal-lock-probe-{}", getpid())).string()) {
    const int descriptor = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) throw trouble(path_, "open");
    close(descriptor);
  }
  ~ProbeFile() { unlink(path_.c_str()); }
  ProbeFile(const ProbeFile&) = delete;
  ProbeFile& operator=(const ProbeFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A child process that tries to take the lock, says what came of it, and keeps it until this ends.
class Locker {
 public:
  Locker(const std::string& path, const LockOperation& lock) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw trouble(path, "pipe");
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC);
      const int code = descriptor < 0 ? errno : lock(descriptor);
      if (write(ends[1], &code, sizeof code) != sizeof code) _exit(1);
      for (;;) pause();
    }
    close(ends[1]);
    answer_ = ends[0];
    if (child_ < 0) {
      close(answer_);
      throw trouble(path, "fork");
    }
  }
  ~Locker() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    close(answer_);
  }
  Locker(const Locker&) = delete;
  Locker& operator=(const Locker&) = delete;

  // What the operation returned; nothing if it has not within the limit.
  std::optional<int> answer(std::chrono::milliseconds limit) const {
    const auto end = std::chrono::steady_clock::now() + limit;
    pollfd poll_answer{answer_, POLLIN, 0};
    int ready = 0;
    do {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      ready =
          poll(&poll_answer, 1, static_cast<int>(std::max(left.count(), std::chrono::milliseconds::rep(0))));
    } while (ready < 0 && errno == EINTR);
    int code = 0;
    if (ready <= 0 || read(answer_, &code, sizeof code) != sizeof code) return std::nullopt;
    return code;
  }

 private:
  pid_t child_ = -1;
  int answer_ = -1;
};

}  // namespace

int lock_by_fcntl(int descriptor) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(descriptor, F_SETLK, &lock) == 0 ? 0 : errno;
}

int lock_by_flock(int descriptor) {
  return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
}

std::string what_is_wrong_with_locks(const std::filesystem::path& folder, const LockOperation& lock,
                                     std::chrono::milliseconds limit) {
  const ProbeFile file(folder);
  const std::string silence = fmt::format("a lock on a file gets no answer within {:.6g} s",
                                          std::chrono::duration<double>(limit).count());
  const Locker holder(file.path(), lock);
  const std::optional<int> held = holder.answer(limit);
  if (!held) return silence;
  if (*held != 0) return fmt::format("files cannot be locked ({})", std::strerror(*held));
  const Locker second(file.path(), lock);
  const std::optional<int> refused = second.answer(limit);
  if (!refused) return silence;
  return *refused == 0 ? "two processes get the same lock on a file" : "";
}

void check_locks(const std::filesystem::path& database, std::string_view network) {
  check_locks(database, network, lock_by_fcntl);
  check_locks(database, network, lock_by_flock);
}

void check_locks(const std::filesystem::path& database, std::string_view network, const LockOperation& lock) {
  const std::string wrong = what_is_wrong_with_locks(database.parent_path(), lock);
  if (wrong.empty()) return;
  throw InputError(
      database.string(),
      fmt::format("{} on the {} file system there, so two sweeps cannot be kept apart; put the database on "
                  "another, or mount that one with locks",
                  wrong, network));
}

}  // namespace missmodal::results
