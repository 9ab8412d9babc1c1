#include "worker/inputs.h"

#include <fmt/format.h>

#include <utility>

#include "worker/worker_fault.h"

namespace missmodal::worker {
namespace {

// Whatever is wrong with a file here is no mistake of the sweep: the coordinator has read it.
template <typename Read>
auto as_worker_fault(Read read) {
  try {
    return read();
  } catch (const WorkerFault&) {
    throw;
  } catch (const InputError& error) {
    throw WorkerFault(error.what());
  } catch (const RunError& error) {
    throw WorkerFault(error.what());
  }
}

std::string brief(const std::string& sha256) {
  return sha256.substr(0, 12);
}

WorkerFault different(const std::string& path, const std::string& here, const std::string& planned) {
  return WorkerFault(
      fmt::format("{}: holds {}, the sweep was planned with {}", path, brief(here), brief(planned)));
}

RunError written(const std::string& path) {
  return RunError(path + ": was written to while a trial read it");
}

}  // namespace

Inputs::Stamps Inputs::stamps_of(const std::string& folder) {
  Stamps stamps;
  for (std::string& name : sweeps::content_files(folder)) {
    const std::optional<FileStamp> stamp = stamp_of(std::filesystem::path(folder) / name);
    stamps.emplace_back(std::move(name), stamp);
  }
  return stamps;
}

// The stamp is older than what is read after it: a change in between shows at the next question.
Inputs::OpenDataset Inputs::open(const std::string& path, const FileStamp& stamp) {
  OpenDataset opened{path, stamp, trainer::Dataset::open(path)};
  const std::string computed = opened.data->computed_sha256();
  if (computed != opened.data->content_sha256()) {
    throw WorkerFault(fmt::format("{}: is damaged: holds {}, says {}", path, brief(computed),
                                  brief(opened.data->content_sha256())));
  }
  return opened;
}

Inputs::Weights Inputs::read_weights(const std::string& folder) {
  Weights weights{folder, stamps_of(folder), ""};
  weights.sha256 = sweeps::content_sha256(folder);
  return weights;
}

std::shared_ptr<const trainer::Dataset> Inputs::dataset(const std::string& path, const std::string& sha256) {
  return as_worker_fault([&] {
    const std::optional<FileStamp> stamp = stamp_of(path);
    if (!stamp) throw WorkerFault(path + ": there is no such file");
    if (!dataset_ || dataset_->path != path || dataset_->stamp != *stamp) {
      dataset_.reset();
      dataset_ = open(path, *stamp);
    }
    if (dataset_->data->content_sha256() != sha256) {
      throw different(path, dataset_->data->content_sha256(), sha256);
    }
    return dataset_->data;
  });
}

void Inputs::check_weights(const std::string& folder, const std::string& sha256) {
  if (folder.empty()) {
    weights_.reset();
    return;
  }
  as_worker_fault([&] {
    if (!weights_ || weights_->folder != folder || weights_->stamps != stamps_of(folder)) {
      weights_.reset();
      weights_ = read_weights(folder);
    }
    if (weights_->sha256 != sha256) throw different(folder, weights_->sha256, sha256);
  });
}

void Inputs::confirm_weights() {
  if (!weights_) return;
  const Weights vouched = *weights_;
  check_weights(vouched.folder, vouched.sha256);
  if (weights_->stamps != vouched.stamps) throw written(vouched.folder);
}

void Inputs::confirm_dataset() {
  if (!dataset_) return;
  const OpenDataset vouched = *dataset_;
  const auto now = as_worker_fault([&] { return stamp_of(vouched.path); });
  if (!written_in_place(vouched.stamp, now)) return;
  dataset(vouched.path, vouched.data->content_sha256());
  throw written(vouched.path);
}

}  // namespace missmodal::worker
