#include "results/query.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "results/column_value.h"
#include "results/database.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

constexpr const char* kPlace = "query";

// What SQLite does not count as writing, and is no question either. It asks before it prepares anything:
// https://www.sqlite.org/c3ref/set_authorizer.html
int only_questions(void* /*context*/, int action, const char* /*first*/, const char* /*second*/,
                   const char* /*third*/, const char* /*fourth*/) {
  switch (action) {
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_CREATE_TEMP_INDEX:
    case SQLITE_CREATE_TEMP_TRIGGER:
      return SQLITE_DENY;
    default:
      return SQLITE_OK;
  }
}

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

Prepared prepare(sqlite3* connection, const char* sql, const char** rest) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection, sql, -1, &statement, rest);
  Prepared prepared(statement);
  if (code != SQLITE_OK && code != SQLITE_AUTH) throw InputError(kPlace, sqlite3_errmsg(connection));
  if (code == SQLITE_AUTH || (prepared && sqlite3_stmt_readonly(prepared.get()) == 0))
    throw InputError(kPlace, "may only read: SELECT, WITH or VALUES");
  return prepared;
}

// Throws unless it is one query that only reads.
void check(sqlite3* connection, const std::string& sql) {
  if (sql.find('\0') != std::string::npos) throw InputError(kPlace, "holds a zero byte");
  const char* rest = nullptr;
  if (!prepare(connection, sql.c_str(), &rest)) throw InputError(kPlace, "is empty");
  while (*rest != '\0') {
    if (prepare(connection, rest, &rest)) throw InputError(kPlace, "is more than one query");
  }
}

std::string cell(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  return "-";
}

}  // namespace

Table query(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database database = open_for_reading(file);
  sqlite3_set_authorizer(database.getHandle(), only_questions, nullptr);
  check(database.getHandle(), sql);
  try {
    SQLite::Statement select(database, sql);
    return rows_of(select);
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_ERROR) throw InputError(kPlace, error.what());
    throw_trouble(file, kPlace, error);
  }
}

std::string query_text(const Table& table) {
  const std::size_t columns = table.columns.size();
  std::vector<std::size_t> widths;
  std::vector<bool> numbers(columns, true);
  for (const std::string& name : table.columns) widths.push_back(name.size());
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : table.rows) {
    std::vector<std::string>& texts = cells.emplace_back();
    for (std::size_t i = 0; i < columns; ++i) {
      texts.push_back(cell(row[i]));
      widths[i] = std::max(widths[i], texts.back().size());
      if (std::holds_alternative<std::string>(row[i])) numbers[i] = false;
    }
  }
  const auto line = [&](const std::vector<std::string>& texts) {
    std::string text;
    for (std::size_t i = 0; i < columns; ++i) {
      text += i > 0 ? "  " : "";
      text += numbers[i] ? fmt::format("{:>{}}", texts[i], widths[i])
                         : fmt::format("{:<{}}", texts[i], widths[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string text = line(table.columns);
  for (const auto& texts : cells) text += line(texts);
  return text;
}

}  // namespace missmodal::results
