#include "results/database_name.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "sweeps/error.h"

namespace missmodal::results {

namespace {

constexpr int kMaxLinks = 40;  // as Linux

void check_name(const std::string& name) {
  const auto refuse = [&](std::string_view reason) {
    throw InputError(fmt::format("database \"{}\"", name), std::string(reason));
  };
  if (name.empty()) refuse("needs the name of a file");
  if (name.front() == ':') refuse("SQLite would keep it in memory; name a file");
  if (name.starts_with("file:")) refuse("must be a path, not an address");
  for (const std::string_view suffix : {"-wal", "-shm", "-journal", ".lock"}) {
    if (name.ends_with(suffix))
      refuse(fmt::format("names that end in {} belong to another database", suffix));
  }
}

}  // namespace

std::filesystem::path database_file(const std::filesystem::path& name) {
  check_name(name.string());
  std::error_code error;
  std::filesystem::path file = std::filesystem::absolute(name, error);
  for (int links = 0; links <= kMaxLinks; ++links) {
    const auto folder = std::filesystem::weakly_canonical(file.parent_path(), error);
    if (error) break;
    file = folder / file.filename();
    if (!std::filesystem::is_symlink(std::filesystem::symlink_status(file, error))) {
      if (links > 0) check_name(file.string());
      return file;
    }
    file = folder / std::filesystem::read_symlink(file, error);
    if (error) break;
  }
  throw InputError(name.string(), error ? error.message() : "is a symbolic link that leads nowhere");
}

void check_only_name(const std::filesystem::path& file, const std::filesystem::path& name) {
  std::error_code error;
  const auto links = std::filesystem::hard_link_count(file, error);
  if (error || links <= 1) return;  // it need not exist
  throw InputError(name.string(),
                   fmt::format("has {} names (hard links), each with a log and a lock of its own; "
                               "write a copy instead",
                               links));
}

}  // namespace missmodal::results
