#include "results/schema_version.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "results/embedded.h"

namespace missmodal::results {

bool is_up_to_date(SQLite::Database& database) {
  return database.execAndGet("PRAGMA user_version").getInt() == kSchemaVersion;
}

void add_additions(SQLite::Database& database) {
  database.exec(std::string(additions_sql()));
  database.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
}

void pretend_additions(SQLite::Database& database) {
  constexpr std::string_view kCreate = "CREATE TABLE ";
  std::string text(additions_sql());
  for (std::size_t at = text.find(kCreate); at != std::string::npos; at = text.find(kCreate, at + 1))
    text.replace(at, kCreate.size(), "CREATE TEMP TABLE ");
  database.exec(text);
}

}  // namespace missmodal::results
