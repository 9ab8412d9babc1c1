#pragma once
// The one name of a database file. SQLite's log and our lock lie beside the file under its name, so two names
// for one file would mean two logs and two writers.

#include <filesystem>

namespace missmodal::results {

// Absolute, every symbolic link followed, that of the last component too where nothing is behind it yet.
// Throws InputError for what is no name of a file of its own: nothing at all, what SQLite reads in its own
// way
// (`:memory:`, `file:` addresses), the log, journal or lock of another database, links that go round in
// circles.
std::filesystem::path database_file(const std::filesystem::path& name);

// Throws InputError where the file has another hard link, whose users would look for another log and lock.
// For writers; reading does no harm. Precondition: `file` is what database_file() returned.
void check_only_name(const std::filesystem::path& file, const std::filesystem::path& name);

}  // namespace missmodal::results
