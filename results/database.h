#pragma once
// Opening SQLite files that are ours, and only those. For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "sweeps/error.h"

namespace missmodal::results {

inline constexpr unsigned kApplicationId = 0x4d4d6f64;  // "MMod"; schema.sql sets it

inline constexpr std::chrono::seconds kReaderPatience{10};

enum class FileKind { absent, empty, ours };

// Looks at the file's first 100 bytes: nothing is locked, recovered or created. Throws InputError for a name
// that database_file() refuses, for a file that is no database of ours or has another schema version,
// RunError for one that cannot be read. Also while this process has the file open by SQLite, which keeps its
// locks.
FileKind inspect_file(const std::filesystem::path& file);

// Throws InputError unless there is a database.
void check_ours(const std::filesystem::path& file, FileKind kind);

// For readers, who wait so long for a writer. What a writer died in the middle of is taken back first. Throws
// InputError for a missing, foreign or damaged file, RunError where SQLite fails. One that no run has ended
// and nobody writes is read as a whole first: it may be a torn copy.
SQLite::Database open_for_reading(const std::filesystem::path& file,
                                  std::chrono::milliseconds patience = kReaderPatience);

// "mosi.db: commit: database or disk is full (SQLite code 13); free some space, then the same command goes
// on"
RunError sqlite_trouble(const std::filesystem::path& file, const std::string& call,
                        const SQLite::Exception& error);

// InputError for a damaged file, sqlite_trouble() for all else.
[[noreturn]] void throw_trouble(const std::filesystem::path& file, const std::string& call,
                                const SQLite::Exception& error);

// True where another connection's lock was in the way.
bool is_busy(const SQLite::Exception& error);

// True for SQLite's "malformed" and "not a database": the file is damaged, whoever reads it.
bool is_damage(const SQLite::Exception& error);

}  // namespace missmodal::results
