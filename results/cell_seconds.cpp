#include "results/cell_seconds.h"

#include "results/database.h"

namespace missmodal::results {

CellSeconds mean_cell_seconds(const std::filesystem::path& file) {
  SQLite::Database database = open_for_reading(file);
  try {
    SQLite::Statement select(database,
                             "SELECT c.model, count(a.train_seconds + a.evaluate_seconds), "
                             "sum(a.train_seconds + a.evaluate_seconds) FROM attempts a "
                             "JOIN cells c ON c.id = a.cell WHERE a.state = 'accepted' GROUP BY c.model");
    CellSeconds seconds;
    double all = 0;
    int cells = 0;
    while (select.executeStep()) {
      const int count = select.getColumn(1).getInt();
      if (count == 0) continue;
      const double sum = select.getColumn(2).getDouble();
      seconds.of_model[select.getColumn(0).getString()] = sum / count;
      all += sum;
      cells += count;
    }
    if (cells > 0) seconds.of_all = all / cells;
    return seconds;
  } catch (const SQLite::Exception& error) {
    throw sqlite_trouble(file, "reading the attempts' times", error);
  }
}

}  // namespace missmodal::results
