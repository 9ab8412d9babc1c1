#pragma once
// What tells that a file was replaced or written to, without reading it.

#include <cstdint>
#include <filesystem>
#include <optional>

namespace missmodal::worker {

struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  // also when it was renamed, or its times were set back
  bool operator==(const FileStamp&) const = default;
};

// Nothing where there is no such file. The file is opened, because on a network file system only that asks
// the server. Throws RunError naming the file where it cannot be.
std::optional<FileStamp> stamp_of(const std::filesystem::path& path);

// Whether the file that was `before` has other bytes by now, so that a mapping of it shows them. A file that
// was replaced by another lives on below its mapping.
bool written_in_place(const FileStamp& before, const std::optional<FileStamp>& now);

}  // namespace missmodal::worker
