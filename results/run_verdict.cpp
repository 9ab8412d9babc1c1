#include "results/run_verdict.h"

#include <fmt/format.h>

#include "results/database.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::results {

RunVerdict run_verdict(const std::filesystem::path& file, const std::string& token) {
  // Runs that nobody asks for have the empty token.
  if (token.empty()) throw InputError("--run", "is empty; give the token of missmodal run --run-token");
  const RunVerdict no_such_run{false, kExitTrouble, fmt::format("{}: has no run {}", file.string(), token)};
  if (inspect_file(file) != FileKind::ours) return no_such_run;
  SQLite::Database database = open_for_reading(file);
  try {
    SQLite::Statement select(database,
                             "SELECT v.exit_code FROM provenance p LEFT JOIN verdict v ON v.run = p.run "
                             "WHERE p.token = ?1 ORDER BY p.run DESC LIMIT 1");
    select.bind(1, token);
    if (!select.executeStep()) return no_such_run;
    if (select.isColumnNull(0)) {
      return {true, kExitTrouble, fmt::format("{}: run {} wrote no verdict", file.string(), token)};
    }
    return {true, select.getColumn(0).getInt(), ""};
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "read the verdict", error);
  }
}

}  // namespace missmodal::results
