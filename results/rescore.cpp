#include "results/rescore.h"

#include <fmt/format.h>

#include <utility>

#include "results/database.h"
#include "results/evaluations.h"
#include "results/rescore_cells.h"
#include "results/soundness.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

void ask(WriterConnection& connection, const AskedEvaluation* asked) {
  SQLite::Database& database = connection.database();
  if (lacks_verdict(database) && !connection.left_by_its_writer()) check_sound(database, connection.name());
  if (asked != nullptr) {
    const std::string name = database.execAndGet("SELECT name FROM sweep").getString();
    if (name != asked->sweep_name) {
      throw InputError(connection.name().string(),
                       fmt::format("belongs to the sweep '{}', not to '{}'", name, asked->sweep_name));
    }
    want_evaluation(database, asked->plan);
  } else {
    // By the rules of this program, whatever those of the last one were.
    want_evaluation(database, wanted_evaluation(database, connection.name()));
  }
}

}  // namespace

Rescored rescore(const std::filesystem::path& file, const AskedEvaluation* asked,
                 const RescoreOptions& options, Patience patience) {
  try {
    WriterConnection connection(file, WriterConnection::Absent::refuse, std::move(patience));
    connection.patiently([&] { connection.claim([&] { ask(connection, asked); }); });
    connection.start_journal();
    return rescore_cells(connection, options);
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "rescore", error);
  }
}

}  // namespace missmodal::results
