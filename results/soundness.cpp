#include "results/soundness.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "results/lease.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

struct Law {
  const char* broken;  // what to say
  const char* query;   // whether it is broken
};

constexpr std::array kLaws{
    Law{"a row refers to one that is not there", "SELECT EXISTS (SELECT 1 FROM pragma_foreign_key_check)"},
    Law{"a cell has not the accepted attempt that it names",
        "SELECT EXISTS (SELECT 1 FROM cells c LEFT JOIN attempts a ON a.cell = c.id AND a.attempt = "
        "c.accepted_attempt "
        "WHERE c.state IN ('accepted', 'diverged') AND a.state IS NOT c.state)"},
    Law{"an attempt was accepted whose cell does not know",
        "SELECT EXISTS (SELECT 1 FROM attempts a JOIN cells c ON c.id = a.cell WHERE a.state IN ('accepted', "
        "'diverged') AND c.accepted_attempt IS NOT a.attempt)"},
    Law{"a cell runs without an attempt, or an attempt without its cell",
        "SELECT (SELECT count(*) FROM cells WHERE state = 'running') <> (SELECT count(*) FROM attempts WHERE "
        "state = "
        "'running')"},
    Law{"an attempt has no members",
        "SELECT EXISTS (SELECT 1 FROM attempts a WHERE NOT EXISTS (SELECT 1 FROM "
        "attempt_members m WHERE m.cell = a.cell AND m.attempt = a.attempt))"},
    Law{"a cell lacks its best epoch",
        "SELECT EXISTS (SELECT 1 FROM cells c WHERE state = 'accepted' AND best_epoch > 0 AND NOT EXISTS "
        "(SELECT 1 FROM "
        "epochs e WHERE e.cell = c.id AND e.epoch = c.best_epoch))"},
    Law{"a cell has results that was not accepted",
        "SELECT EXISTS (SELECT 1 FROM cells c WHERE state NOT IN ('accepted', 'diverged') AND (EXISTS "
        "(SELECT 1 FROM "
        "metrics m WHERE m.cell = c.id) OR EXISTS (SELECT 1 FROM predictions p WHERE p.cell = c.id) OR "
        "EXISTS (SELECT 1 "
        "FROM epochs e WHERE e.cell = c.id)))"},
    Law{"a cell has metrics without an evaluation, or an evaluation without metrics",
        "SELECT EXISTS (SELECT 1 FROM cells c WHERE (evaluation IS NULL) = EXISTS (SELECT 1 FROM metrics m "
        "WHERE m.cell "
        "= c.id))"},
    Law{"a cell has metrics of other splits than predictions",
        "SELECT EXISTS (SELECT 1 FROM cells c WHERE evaluation IS NOT NULL AND EXISTS (SELECT 1 FROM "
        "predictions p WHERE "
        "p.cell = c.id) AND (SELECT count(*) FROM predictions p WHERE p.cell = c.id) <> (SELECT "
        "count(DISTINCT split) "
        "FROM metrics m WHERE m.cell = c.id))"},
};

[[noreturn]] void refuse(const std::filesystem::path& name, const std::string& finding) {
  throw InputError(
      name.string(),
      fmt::format("is damaged: {}; if it is a copy that was made while a sweep wrote it, copy it again with: "
                  "sqlite3 ORIGINAL '.backup COPY'",
                  finding.substr(0, finding.find('\n'))));
}

}  // namespace

bool lacks_verdict(SQLite::Database& database) {
  return database
             .execAndGet(
                 "SELECT (SELECT max(run) FROM provenance) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM verdict "
                 "WHERE run = (SELECT max(run) FROM provenance))")
             .getInt() != 0;
}

bool is_cut_off(SQLite::Database& database, const std::filesystem::path& name) {
  return lacks_verdict(database) && !lease_holder(name);
}

void check_sound(SQLite::Database& database, const std::filesystem::path& name) {
  database.exec(
      "PRAGMA temp_store = MEMORY");  // the checks make a temporary database; later it cannot be changed
  const std::string pages = database.execAndGet("PRAGMA integrity_check(1)").getString();
  if (pages != "ok") refuse(name, pages);
  for (const Law& law : kLaws) {
    if (database.execAndGet(law.query).getInt() != 0) refuse(name, law.broken);
  }
}

}  // namespace missmodal::results
