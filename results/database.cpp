#include "results/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "results/database_name.h"
#include "results/lease.h"
#include "results/schema_version.h"
#include "results/soundness.h"
#include "sweeps/presence.h"

namespace missmodal::results {

namespace {

unsigned big_endian_at(const std::array<char, 100>& header, std::size_t first) {
  unsigned value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(header[first + i]);
  return value;
}

// `file:` address of a path.
std::string address(const std::filesystem::path& file) {
  std::string text = "file:";
  for (const char c : file.string()) {
    text += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02x}", static_cast<unsigned char>(c))
                                             : std::string(1, c);
  }
  return text;
}

// False for a shorter file. SQLite's own descriptor is read: the kernel drops all of a process's locks on a
// file when any descriptor of it is closed, and SQLite alone knows when none is held.
bool read_header(const std::filesystem::path& name, const std::filesystem::path& file,
                 std::array<char, 100>& header) {
  sqlite3* connection = nullptr;
  const std::unique_ptr<sqlite3*, void (*)(sqlite3**)> closing(&connection,
                                                               [](sqlite3** one) { sqlite3_close(*one); });
  // Immutable: neither locked nor recovered.
  sqlite3_file* opened = nullptr;
  if (sqlite3_open_v2((address(file) + "?immutable=1").c_str(), &connection,
                      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr) != SQLITE_OK) {
    const int reason = connection == nullptr ? 0 : sqlite3_system_errno(connection);
    throw RunError(fmt::format("{}: open: {}", name.string(),
                               reason == 0 ? sqlite3_errmsg(connection) : std::strerror(reason)));
  }
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &opened);
  const int code = opened->pMethods->xRead(opened, header.data(), static_cast<int>(header.size()), 0);
  if (code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ) return code == SQLITE_OK;
  throw RunError(fmt::format("{}: read: {}", name.string(), sqlite3_errstr(code)));
}

// "missmodal 0.1.0" if the database says who wrote it last. It is another version's: nothing about it is
// sure.
std::optional<std::string> writer_of(const std::filesystem::path& file) {
  try {
    // Immutable: SQLite neither locks nor recovers the file, and looks for no log.
    SQLite::Database database(address(database_file(file)) + "?immutable=1",
                              SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    return "missmodal " +
           database.execAndGet("SELECT program_version FROM provenance ORDER BY rowid DESC LIMIT 1")
               .getString();
  } catch (const SQLite::Exception&) {
    return std::nullopt;
  }
}

[[noreturn]] void refuse_version(const std::filesystem::path& file, unsigned version) {
  const std::string writer = writer_of(file).value_or("another version of missmodal");
  throw InputError(
      file.string(),
      fmt::format("was written by {}, schema version {}; this program reads versions {} to {}: {}", writer,
                  version, kOldestSchemaVersion, kSchemaVersion,
                  version < kOldestSchemaVersion ? "read it with that one, or run the sweep into a new file"
                                                 : "use that one"));
}

// SQLite has one text for all of them.
std::string_view failed_operation(int extended_code) {
  switch (extended_code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
      return " in a read";
    case SQLITE_IOERR_WRITE:
      return " in a write";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return " in a sync";
    case SQLITE_IOERR_TRUNCATE:
      return " in cutting a file off";
    case SQLITE_IOERR_DELETE:
      return " in deleting a file";
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_UNLOCK:
    case SQLITE_IOERR_RDLOCK:
    case SQLITE_IOERR_CHECKRESERVEDLOCK:
      return " in locking";
    default:
      return "";
  }
}

// What whoever reads the line can do; what was committed is safe in every case.
std::string_view cure(int code) {
  switch (code) {
    case SQLITE_FULL:
      return "; free some space, then the same command goes on";
    case SQLITE_IOERR:
      return "; once the disk is well the same command goes on";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "; the file and its folder must be readable and writable";
    default:
      return "";
  }
}

// A writer that died in a commit, with the rollback journal, left the file half written. Who only reads may
// not mend that, so a connection that may write does, as the sqlite3 shell would: it takes back what was not
// committed.
void roll_back(const std::filesystem::path& file) {
  SQLite::Database(database_file(file).string(), SQLite::OPEN_READWRITE,
                   static_cast<int>(std::chrono::milliseconds(kReaderPatience).count()))
      .tableExists("sweep");
}

SQLite::Database checked_for_reading(const std::filesystem::path& file, std::chrono::milliseconds patience) {
  SQLite::Database database(database_file(file).string(), SQLite::OPEN_READONLY,
                            static_cast<int>(patience.count()));
  if (!database.tableExists("sweep") || database.execAndGet("SELECT count(*) FROM sweep").getInt() != 1) {
    throw InputError(file.string(), "says nothing of a sweep");
  }
  database.exec("PRAGMA temp_store = MEMORY");
  if (!is_up_to_date(database)) pretend_up_to_date(database);
  if (is_cut_off(database, file) && !is_as_its_writer_left_it(file)) check_sound(database, file);
  return database;
}

}  // namespace

FileKind inspect_file(const std::filesystem::path& file) {
  const std::filesystem::path followed = database_file(file);
  if (!is_there(followed)) return FileKind::absent;
  std::error_code code;
  const auto status = std::filesystem::status(followed, code);
  if (std::filesystem::is_directory(status)) throw InputError(file.string(), "is a folder, not a database");
  if (!std::filesystem::is_regular_file(status)) {
    throw InputError(file.string(), "is a device, pipe or socket, not a database");
  }
  if (std::filesystem::file_size(followed, code) == 0 && !code) return FileKind::empty;
  std::array<char, 100> header{};  // https://www.sqlite.org/fileformat2.html, section 1.3
  const bool whole = read_header(file, followed, header);
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  if (!whole || std::string_view(header.data(), kMagic.size()) != kMagic) {
    throw InputError(file.string(), "is not a SQLite database");
  }
  if (big_endian_at(header, 68) != kApplicationId) {
    throw InputError(file.string(), "is a SQLite database of another program");
  }
  if (const unsigned version = big_endian_at(header, 60);
      version < kOldestSchemaVersion || version > kSchemaVersion)
    refuse_version(file, version);
  return FileKind::ours;
}

void check_ours(const std::filesystem::path& file, FileKind kind) {
  if (kind == FileKind::absent) throw InputError(file.string(), "no such file");
  if (kind == FileKind::empty) throw InputError(file.string(), "is empty");
}

SQLite::Database open_for_reading(const std::filesystem::path& file, std::chrono::milliseconds patience) {
  check_ours(file, inspect_file(file));
  try {
    try {
      return checked_for_reading(file, patience);
    } catch (const SQLite::Exception& error) {
      if (error.getExtendedErrorCode() != SQLITE_READONLY_ROLLBACK) throw;
    }
    roll_back(file);
    return checked_for_reading(file, patience);
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "open", error);
  }
}

RunError sqlite_trouble(const std::filesystem::path& file, const std::string& call,
                        const SQLite::Exception& error) {
  return RunError(fmt::format("{}: {}: {}{} (SQLite code {}){}", file.string(), call, error.what(),
                              failed_operation(error.getExtendedErrorCode()), error.getExtendedErrorCode(),
                              cure(error.getErrorCode())));
}

void throw_trouble(const std::filesystem::path& file, const std::string& call,
                   const SQLite::Exception& error) {
  if (is_damage(error)) throw InputError(file.string(), fmt::format("is damaged: {}", error.what()));
  throw sqlite_trouble(file, call, error);
}

bool is_busy(const SQLite::Exception& error) {
  return error.getErrorCode() == SQLITE_BUSY;
}

bool is_damage(const SQLite::Exception& error) {
  return error.getErrorCode() == SQLITE_CORRUPT || error.getErrorCode() == SQLITE_NOTADB;
}

}  // namespace missmodal::results
