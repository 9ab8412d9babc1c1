#pragma once
// The work of results/rescore.h on an open connection. For this folder's own use: it shows SQLiteCpp.

#include "results/rescore.h"
#include "results/writer_connection.h"

namespace missmodal::results {

// Every accepted or diverged cell with predictions whose rows are not what the sweep asks for. Precondition:
// the sweep asks for rules of this program's version. Throws SQLite::Exception, RunError, and InputError for
// predictions that do not fit the utterances.
Rescored rescore_cells(WriterConnection& connection, const RescoreOptions& options);

}  // namespace missmodal::results
