#pragma once
// Values into prepared statements. For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace missmodal::results {

// One value as SQLite takes it. Strings and blobs are not copied: what they point at outlives the step.
inline void bind(SQLite::Statement& statement, int index, std::int64_t value) {
  statement.bind(index, value);
}
inline void bind(SQLite::Statement& statement, int index, int value) {
  statement.bind(index, value);
}
inline void bind(SQLite::Statement& statement, int index, double value) {
  // SQLite turns NaN into NULL by itself; an infinity would stay and spoil every mean.
  std::isfinite(value) ? statement.bind(index, value) : statement.bind(index);
}
inline void bind(SQLite::Statement& statement, int index, const std::string& value) {
  statement.bindNoCopy(index, value);
}
inline void bind(SQLite::Statement& statement, int index, std::string_view value) {
  statement.bind(index, std::string(value));
}
inline void bind(SQLite::Statement& statement, int index, const std::optional<double>& value) {
  value ? bind(statement, index, *value) : statement.bind(index);
}
inline void bind(SQLite::Statement& statement, int index, const std::optional<std::int64_t>& value) {
  value ? bind(statement, index, *value) : statement.bind(index);
}
inline void bind(SQLite::Statement& statement, int index, const std::optional<std::string>& value) {
  value ? bind(statement, index, *value) : statement.bind(index);
}
inline void bind(SQLite::Statement& statement, int index, const std::vector<float>& values) {
  statement.bindNoCopy(index, values.data(), static_cast<int>(values.size() * sizeof(float)));
}

// Runs a prepared statement with these values for its ?1, ?2, ...; returns the number of rows changed.
template <typename... Values>
int execute(SQLite::Statement& statement, const Values&... values) {
  statement.tryReset();  // also after a step that threw
  int index = 0;
  (bind(statement, ++index, values), ...);
  const int changes = statement.exec();
  statement.tryReset();
  return changes;
}

}  // namespace missmodal::results
