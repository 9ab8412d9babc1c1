#pragma once
// Where the rows of a table come from, and what a reader of them must be told. For this folder's own use: it
// shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "results/exhibit.h"
#include "results/table.h"

namespace missmodal::results {

struct Origin {
  std::string file;     // as the user wrote it
  std::string dataset;  // its label, or the sweep's name where it has none
  bool synthetic = false;
  bool own_features = false;  // imported from a file that is none of the field's standard ones
  int draws = 0;              // masks per condition that the sweep file asks for now
  std::string sweep;          // its name
  std::string dataset_sha256;
  // Who trained the accepted cells that tables show; each one once.
  struct Maker {
    std::string label;  // of the cells: "MissModal"
    std::string device_kind;
    std::string libtorch;
    std::string program;  // version
  };
  std::vector<Maker> makers;
};
// Needs the views of results/working_views.h.
Origin read_origin(SQLite::Database& database, const std::filesystem::path& file);

// "MOSEI" or "MOSI" by the label that a dataset carries, else nothing.
std::string_view corpus(std::string label);

// What must be known before the numbers are read: that they are of generated data, of features that nobody
// else has, or of the other dataset than the paper's exhibit.
std::vector<std::string> warnings(const Description& description, const Origin& origin);

// What the numbers in `rows` (the origin's own) are: the draws behind them, stale and undefined scores, the
// devices that computed them; then what no row shows: seeds that diverged or were parked, setups without any
// result, stages that wait for a search; and what made them: sweep, dataset, program, draws. Needs the views
// of results/working_views.h.
std::vector<std::string> notes(SQLite::Database& database, const Origin& origin, const Table& rows);

}  // namespace missmodal::results
