#include "results/schema_version.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "results/embedded.h"

namespace missmodal::results {

namespace {

int version_of(SQLite::Database& database) {
  return database.execAndGet("PRAGMA main.user_version").getInt();
}

// Statements that make things of the connection instead of the file.
std::string temporary(std::string text, std::string_view create, std::string_view create_temporary) {
  for (std::size_t at = text.find(create); at != std::string::npos; at = text.find(create, at + 1))
    text.replace(at, create.size(), create_temporary);
  return text;
}

void drop_views(SQLite::Database& database) {
  std::vector<std::string> names;
  SQLite::Statement select(database, "SELECT name FROM main.sqlite_schema WHERE type = 'view'");
  while (select.executeStep()) names.push_back(select.getColumn(0).getString());
  for (const std::string& name : names) database.exec(fmt::format("DROP VIEW main.\"{}\"", name));
}

}  // namespace

bool is_up_to_date(SQLite::Database& database) {
  return version_of(database) == kSchemaVersion;
}

void bring_up_to_date(SQLite::Database& database) {
  if (version_of(database) == 5) database.exec(std::string(additions_sql()));
  database.exec(
      "ALTER TABLE sweep ADD COLUMN label_scale TEXT NOT NULL DEFAULT '3' CHECK (label_scale IN ('3', '1'))");
  database.exec("ALTER TABLE metrics ADD COLUMN acc3 REAL");
  drop_views(database);
  database.exec(std::string(views_sql()));
  database.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
}

void pretend_up_to_date(SQLite::Database& database) {
  if (version_of(database) == 5)
    database.exec(temporary(std::string(additions_sql()), "CREATE TABLE ", "CREATE TEMP TABLE "));
  database.exec("CREATE TEMP VIEW sweep AS SELECT *, '3' AS label_scale FROM main.sweep");
  database.exec("CREATE TEMP VIEW metrics AS SELECT *, NULL AS acc3 FROM main.metrics");
  database.exec(temporary(std::string(views_sql()), "CREATE VIEW ", "CREATE TEMP VIEW "));
}

}  // namespace missmodal::results
