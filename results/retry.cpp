#include "results/retry.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "results/cell_name.h"
#include "results/database.h"
#include "results/soundness.h"
#include "results/statement.h"
#include "results/writer_connection.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

std::string why_not(const std::string& state, std::int64_t diverged_step) {
  if (state == "diverged") {
    return fmt::format("has diverged {}, and would again: that is final",
                       diverged_step > 0 ? fmt::format("at step {}", diverged_step) : "in its predictions");
  }
  if (state == "accepted") return "is accepted; only parked cells can be tried again";
  return "is not parked: it waits already";
}

// The whole id of the parked cell that begins so.
std::string parked_cell(SQLite::Database& database, const std::string& beginning) {
  std::string id = cell_named(database, beginning, "--cell " + beginning);
  SQLite::Statement select(database, "SELECT state, coalesce(diverged_step, 0) FROM cells WHERE id = ?1");
  select.bind(1, id);
  select.executeStep();
  const std::string state = select.getColumn(0).getString();
  if (state != "parked") {
    throw InputError("--cell " + beginning, why_not(state, select.getColumn(1).getInt64()));
  }
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
      if (lacks_verdict(connection.database()) && !connection.left_by_its_writer())
        check_sound(connection.database(), connection.name());
      connection.claim([&] { cells = unpark(connection.database(), cell); });
    });
    return cells;
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "retry", error);
  }
}

}  // namespace missmodal::results
