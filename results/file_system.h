#pragma once
// What kind of file system a database lies on: SQLite's write-ahead log needs memory that all its users
// share, so it is unsafe where another host may have the file open.

#include <filesystem>
#include <string_view>

namespace missmodal::results {

// "nfs", "lustre", ... for a file system that other hosts may mount too (FUSE counts: sshfs, glusterfs), ""
// for a local one. `file` need not exist, its folder must. Throws RunError where the system cannot tell.
std::string_view network_file_system(const std::filesystem::path& file);

// The same from the number that statfs(2) reports as f_type.
std::string_view network_file_system_name(unsigned long type);

}  // namespace missmodal::results
