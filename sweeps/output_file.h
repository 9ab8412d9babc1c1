#pragma once
// A file that a command makes. One rule for all of them: tried before the work, never one of the command's
// own inputs, written aside, and under its name only when whole and on the disk.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace missmodal {

class OutputFile {
 public:
  // Tries the place. Throws InputError naming `path`: its folder does not exist or takes no new file, it is a
  // folder or no regular file, may not be written, or is one of `inputs` under this or another name. Of a
  // link, what it points to is replaced; the link stays.
  explicit OutputFile(std::filesystem::path path, std::span<const std::filesystem::path> inputs = {});
  // Without commit() nothing is left, and what was there before is as it was; where the file system knows
  // files without a name (O_TMPFILE), even if this process is killed.
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;

  const std::filesystem::path& path() const { return path_; }  // as given
  // Under this name the bytes so far can be read in this process, until commit().
  std::filesystem::path aside() const;

  // RunError for trouble with the disk.
  void append(const void* bytes, std::size_t size);
  void replace_start(const void* bytes, std::size_t size);  // append() goes on after these bytes
  void commit();

 private:
  void open_aside();
  [[noreturn]] void fail(const char* call, int code) const;

  std::filesystem::path path_;
  std::filesystem::path target_;     // path_ with its link followed
  std::filesystem::path temporary_;  // beside target_; empty while the file has no name
  int descriptor_ = -1;
};

}  // namespace missmodal
