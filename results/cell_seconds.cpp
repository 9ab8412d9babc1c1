#include "results/cell_seconds.h"

#include "results/database.h"

namespace missmodal::results {

std::optional<double> mean_cell_seconds(const std::filesystem::path& file) {
  SQLite::Database database = open_for_reading(file);
  try {
    SQLite::Statement select(
        database, "SELECT avg(train_seconds + evaluate_seconds) FROM attempts WHERE state = 'accepted'");
    select.executeStep();
    const SQLite::Column mean = select.getColumn(0);
    return mean.isNull() ? std::nullopt : std::optional(mean.getDouble());
  } catch (const SQLite::Exception& error) {
    throw sqlite_trouble(file, "reading the attempts' times", error);
  }
}

}  // namespace missmodal::results
