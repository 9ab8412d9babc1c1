#pragma once
// The files that a worker trains from, known to be those that the sweep was planned with: they may be
// replaced or written to at any time, here or on the host that shares them.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/content_hash.h"
#include "trainer/data/dataset.h"
#include "worker/file_stamp.h"

namespace missmodal::worker {

// Everything is read in full and hashed when it is first asked for, and again only when its stamp has
// changed. All calls throw WorkerFault, its first line naming the path and what is different there.
class Inputs {
 public:
  // The dataset at `path`, mapped, holding `sha256`: the same object as last time unless its file changed.
  std::shared_ptr<const trainer::Dataset> dataset(const std::string& path, const std::string& sha256);

  // The folder of a pretrained text encoder holds `sha256`. Nothing to check where it is "".
  void check_weights(const std::string& folder, const std::string& sha256);

  // What was trained from since the calls above is what they vouched for: to be asked once the weights were
  // loaded, and once the dataset was read for the last time. Also throw RunError where a file has the right
  // content but was written to meanwhile, so that nobody can tell what was read.
  void confirm_weights();
  void confirm_dataset();

 private:
  struct OpenDataset {
    std::string path;
    FileStamp stamp;
    std::shared_ptr<const trainer::Dataset> data;
  };
  using Stamps = std::vector<std::pair<std::string, std::optional<FileStamp>>>;  // by file's name
  struct Weights {
    std::string folder;
    Stamps stamps;
    std::string sha256;
  };
  static OpenDataset open(const std::string& path, const FileStamp& stamp);
  static Stamps stamps_of(const std::string& folder);
  static Weights read_weights(const std::string& folder);

  std::optional<OpenDataset> dataset_;
  std::optional<Weights> weights_;
};

}  // namespace missmodal::worker
