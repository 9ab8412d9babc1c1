#pragma once
// One change as SQL, with prepared statements that live as long as the connection. For this folder's own use:
// it shows SQLiteCpp. The transaction around it is the store's.

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>

#include "results/change.h"
#include "results/metric_writer.h"

namespace missmodal::results {

class ChangeWriter {
 public:
  // `database` must outlive the writer. `run` is this run's row of `provenance`.
  ChangeWriter(SQLite::Database& database, std::int64_t run);

  // `now_unix` is the time that the change is stamped with. Throws SQLite::Exception, and RunError where the
  // change does not fit the cell's state (a result of an attempt that does not run, another winner for a
  // selected stage).
  void write(const Change& change, double now_unix);

 private:
  bool stands(const StagePlanned& planned);
  void write(const StagePlanned& planned);
  void write(const StageUnplanned& unplanned);
  void write(const StageSelected& selected);
  void write(const StageDeselected& deselected);
  void write(const AttemptStarted& started, double now_unix);
  void write(const AttemptResumed& resumed);
  void write(const AttemptSaved& saved);
  void write(const AttemptProgressed& progressed);
  void write(const AttemptFinished& finished, double now_unix);
  void write(const AttemptFailed& failed, double now_unix);
  void write(const CellsReleased& released);
  void write(const WorkerSetAside& aside, double now_unix);
  void write(const WorkersSeen& seen, double now_unix);
  void write(const SweepEnded& ended, double now_unix);
  void write_epochs(const std::string& cell, const std::vector<sweeps::EpochRecord>& epochs);
  void write_predictions(const std::string& cell, const std::vector<sweeps::SplitPredictions>& predictions);
  void write_representations(const std::string& cell,
                             const std::vector<sweeps::Representations>& representations);

  std::int64_t run_;
  SQLite::Statement select_plan_;
  SQLite::Statement delete_plan_;
  SQLite::Statement insert_cell_;
  SQLite::Statement insert_stage_cell_;
  SQLite::Statement update_planned_;
  SQLite::Statement select_point_;
  SQLite::Statement deselect_point_;
  SQLite::Statement start_cell_;
  SQLite::Statement insert_attempt_;
  SQLite::Statement insert_member_;
  SQLite::Statement resume_attempt_;
  SQLite::Statement save_attempt_;
  SQLite::Statement cut_progress_;
  SQLite::Statement insert_progress_;
  SQLite::Statement delete_progress_;
  SQLite::Statement finish_attempt_;
  SQLite::Statement finish_cell_;
  SQLite::Statement fail_attempt_;
  SQLite::Statement release_cell_;
  SQLite::Statement unpark_cell_;
  SQLite::Statement insert_epoch_;
  SQLite::Statement insert_predictions_;
  SQLite::Statement insert_embedding_;
  MetricWriter metrics_;
  SQLite::Statement insert_set_aside_;
  SQLite::Statement delete_workers_;
  SQLite::Statement insert_worker_;
  SQLite::Statement abandon_attempts_;
  SQLite::Statement abandon_cells_;
  SQLite::Statement insert_verdict_;
};

}  // namespace missmodal::results
