#include "trainer/parallel/shared_memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <random>
#include <string>

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

std::uint64_t draw_token() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::string name_of(std::uint64_t token) {
  return fmt::format("missmodal-{:016x}", token);
}

[[noreturn]] void refuse(const char* what, std::size_t bytes, int error) {
  throw RunError(fmt::format("{} bytes of shared memory: {}: {}", bytes, what, std::strerror(error)));
}

// What /proc says the file is.
std::string target_of(const std::string& link) {
  std::array<char, 128> target{};
  const ssize_t length = readlink(link.c_str(), target.data(), target.size());
  return length < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(length));
}

}  // namespace

SharedMemory::SharedMemory(std::size_t bytes) : bytes_(bytes) {
  const std::uint64_t token = draw_token();
  file_ = memfd_create(name_of(token).c_str(), MFD_CLOEXEC);
  if (file_ < 0) refuse("memfd_create", bytes, errno);
  try {
    int error = EINTR;  // as by a signal that stops a sweep
    while (error == EINTR) error = posix_fallocate(file_, 0, static_cast<off_t>(bytes));
    if (error != 0) refuse("posix_fallocate", bytes, error);
    map(file_);
  } catch (const RunError&) {
    close(file_);
    throw;
  }
  address_ = {getpid(), file_, token, bytes};
}

SharedMemory::SharedMemory(const Address& address)
    : bytes_(static_cast<std::size_t>(address.bytes)), address_(address) {
  const std::string link = fmt::format("/proc/{}/fd/{}", address.process, address.file);
  if (target_of(link) != fmt::format("/memfd:{} (deleted)", name_of(address.token)))
    refuse(link.c_str(), bytes_, ENOENT);
  const int file = open(link.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) refuse(link.c_str(), bytes_, errno);
  try {
    struct stat found {};
    if (fstat(file, &found) != 0 || static_cast<std::uint64_t>(found.st_size) != address.bytes)
      refuse(link.c_str(), bytes_, EINVAL);
    map(file);
  } catch (const RunError&) {
    close(file);
    throw;
  }
  close(file);
}

void SharedMemory::map(int file) {
  void* mapped = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) refuse("mmap", bytes_, errno);
  data_ = static_cast<std::byte*>(mapped);
}

SharedMemory::~SharedMemory() {
  munmap(data_, bytes_);
  if (file_ >= 0) close(file_);
}

}  // namespace missmodal::trainer
