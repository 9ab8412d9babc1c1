#include "tests/results/locker.h"

#include <SQLiteCpp/SQLiteCpp.h>

namespace missmodal::results {

struct Locker::Connection {
  SQLite::Database database;
};

Locker::Locker(const std::filesystem::path& file, const std::string& begin)
    : connection_(
          new Connection{SQLite::Database(file.string(), SQLite::OPEN_READWRITE, /*busyTimeoutMs=*/10'000)}) {
  connection_->database.exec(begin);
  connection_->database.execAndGet("SELECT count(*) FROM cells");
}

Locker::~Locker() = default;

void Locker::leave() {
  connection_->database.exec("COMMIT");
}

}  // namespace missmodal::results
