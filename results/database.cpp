#include "results/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include "results/store.h"

namespace missmodal::results {

namespace {

constexpr int kReaderPatienceMs = 10'000;

unsigned big_endian_at(const std::array<char, 100>& header, std::size_t first) {
  unsigned value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(header[first + i]);
  return value;
}

}  // namespace

FileKind inspect_file(const std::filesystem::path& file) {
  std::error_code code;
  const auto status = std::filesystem::status(file, code);
  if (!std::filesystem::exists(status)) return FileKind::absent;
  if (std::filesystem::is_directory(status)) throw InputError(file.string(), "is a folder, not a database");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw RunError(fmt::format("{}: open: {}", file.string(), std::strerror(errno)));
  std::array<char, 100> header{};  // https://www.sqlite.org/fileformat2.html, section 1.3
  stream.read(header.data(), header.size());
  if (stream.gcount() == 0) return FileKind::empty;
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  if (stream.gcount() < 100 || std::string_view(header.data(), kMagic.size()) != kMagic) {
    throw InputError(file.string(), "is not a SQLite database");
  }
  if (big_endian_at(header, 68) != kApplicationId) {
    throw InputError(file.string(), "is a SQLite database of another program");
  }
  if (const unsigned version = big_endian_at(header, 60); version != kSchemaVersion) {
    throw InputError(file.string(),
                     fmt::format("has schema version {}, this program reads and writes version {}", version,
                                 kSchemaVersion));
  }
  return FileKind::ours;
}

SQLite::Database open_for_reading(const std::filesystem::path& file) {
  switch (inspect_file(file)) {
    case FileKind::absent:
      throw InputError(file.string(), "no such file");
    case FileKind::empty:
      throw InputError(file.string(), "is empty");
    case FileKind::ours:
      break;
  }
  try {
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY, kReaderPatienceMs);
    if (!database.tableExists("sweep") || database.execAndGet("SELECT count(*) FROM sweep").getInt() != 1) {
      throw InputError(file.string(), "says nothing of a sweep");
    }
    return database;
  } catch (const SQLite::Exception& error) {
    if (is_damage(error)) throw InputError(file.string(), fmt::format("is damaged: {}", error.what()));
    throw sqlite_trouble(file, "open", error);
  }
}

RunError sqlite_trouble(const std::filesystem::path& file, const std::string& call,
                        const SQLite::Exception& error) {
  return RunError(fmt::format("{}: {}: {} (SQLite code {})", file.string(), call, error.what(),
                              error.getExtendedErrorCode()));
}

bool is_damage(const SQLite::Exception& error) {
  return error.getErrorCode() == SQLITE_CORRUPT || error.getErrorCode() == SQLITE_NOTADB;
}

}  // namespace missmodal::results
