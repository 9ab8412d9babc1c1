#pragma once
// Memory that other processes of this host and user can map. It has no name in any file system, so whoever is
// killed leaves nothing behind, and no limit but the host's memory.

#include <cstddef>
#include <cstdint>

namespace missmodal::trainer {

class SharedMemory {
 public:
  // Where another process finds it while the process that made it has it; travels as bytes. `token` is drawn
  // at random, so that another host's process of the same number is not taken for it.
  struct Address {
    std::int64_t process = 0;
    std::int64_t file = 0;
    std::uint64_t token = 0;
    std::uint64_t bytes = 0;
  };

  // Zeros, reserved at once: touching them later never fails. Precondition: bytes > 0. Throws RunError.
  explicit SharedMemory(std::size_t bytes);
  // Another process's, or this one's once more. Throws RunError where it cannot be seen from here.
  explicit SharedMemory(const Address& address);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  const Address& address() const { return address_; }  // also of another's

 private:
  void map(int file);

  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  Address address_;
  int file_ = -1;  // open where this object made it
};

}  // namespace missmodal::trainer
