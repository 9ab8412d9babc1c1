#include "results/retry.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "results/database.h"
#include "results/soundness.h"
#include "results/statement.h"
#include "results/writer_connection.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

[[noreturn]] void refuse(const std::string& cell, const std::string& reason) {
  throw InputError("--cell " + cell, reason);
}

std::string why_not(const std::string& state, std::int64_t diverged_step) {
  if (state == "diverged") {
    return fmt::format("has diverged {}, and would again: that is final",
                       diverged_step > 0 ? fmt::format("at step {}", diverged_step) : "in its predictions");
  }
  if (state == "accepted") return "is accepted; only parked cells can be tried again";
  return "is not parked: it waits already";
}

// The whole id of the parked cell that begins so.
std::string parked_cell(SQLite::Database& database, const std::string& prefix) {
  SQLite::Statement select(database,
                           "SELECT id, state, coalesce(diverged_step, 0) FROM cells "
                           "WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT 2");
  bind(select, 1, prefix);
  if (!select.executeStep()) refuse(prefix, "no cell's id begins so");
  const std::string id = select.getColumn(0).getString();
  const std::string state = select.getColumn(1).getString();
  const std::int64_t diverged_step = select.getColumn(2).getInt64();
  if (select.executeStep()) refuse(prefix, "several cells' ids begin so; give more of it");
  if (state != "parked") refuse(prefix, why_not(state, diverged_step));
  return id;
}

int unpark(SQLite::Database& database, const std::string& prefix) {
  const std::string id = prefix.empty() ? "" : parked_cell(database, prefix);
  SQLite::Statement update(database,
                           "UPDATE cells SET state = 'pending', forgiven_attempts = "
                           "(SELECT coalesce(max(attempt), 0) FROM attempts WHERE cell = cells.id) "
                           "WHERE state = 'parked' AND (?1 = '' OR id = ?1)");
  return execute(update, id);
}

}  // namespace

int retry(const std::filesystem::path& file, const std::string& cell, Patience patience) {
  try {
    WriterConnection connection(file, WriterConnection::Absent::refuse, std::move(patience));
    int cells = 0;
    connection.patiently([&] {
      if (lacks_verdict(connection.database())) check_sound(connection.database(), connection.name());
      connection.claim([&] { cells = unpark(connection.database(), cell); });
    });
    return cells;
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "retry", error);
  }
}

}  // namespace missmodal::results
