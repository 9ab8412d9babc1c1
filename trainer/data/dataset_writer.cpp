#include "trainer/data/dataset_writer.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

// Its place in the header until the digest is known.
const std::string kNoDigest(64, '0');

// Of the splits that have any.
nlohmann::json by_split(const std::array<std::vector<std::string>, 3>& texts) {
  nlohmann::json object = nlohmann::json::object();
  for (const sweeps::SplitName split : kSplits) {
    const std::vector<std::string>& some = texts[static_cast<unsigned>(split)];
    if (!some.empty()) object[std::string(sweeps::name(split))] = some;
  }
  return object;
}

std::map<std::string, std::string> metadata(const DatasetText& text, const std::string& ids) {
  std::map<std::string, std::string> entries{{"format_version", std::string(kDatasetFormatVersion)},
                                             {"ids", ids},
                                             {"label", text.label},
                                             {"scale", std::string(sweeps::name(text.scale))},
                                             {"synthetic", text.synthetic ? "true" : "false"},
                                             {"report", text.report},
                                             {"content_sha256", kNoDigest}};
  const nlohmann::json transcripts = by_split(text.transcripts);
  if (!transcripts.empty()) entries["transcripts"] = transcripts.dump();
  return entries;
}

}  // namespace

DatasetWriter::DatasetWriter(OutputFile output, const DatasetLayout& layout, const DatasetText& text)
    : tensors_(dataset_tensors(layout)),
      ids_(by_split(text.ids).dump()),
      report_size_(text.report.size()),
      scale_(text.scale),
      file_(std::move(output), tensors_, metadata(text, ids_)) {}

void DatasetWriter::put(DType dtype, const void* bytes, std::size_t size) {
  if (size == 0) return;
  if (bytes_left_ == 0) {
    const SafetensorsWriter::Declaration& tensor = tensors_.at(next_++);
    digest_.tensor(tensor.name, tensor.dtype, tensor.shape);
    bytes_left_ = size_of(tensor.dtype);
    for (const std::int64_t dimension : tensor.shape) bytes_left_ *= static_cast<std::size_t>(dimension);
  }
  MISSMODAL_CHECK(tensors_[next_ - 1].dtype == dtype && size <= bytes_left_);
  bytes_left_ -= size;
  digest_.bytes(bytes, size);
  file_.write(bytes, size);
}

void DatasetWriter::write(std::span<const float> numbers) {
  put(DType::F32, numbers.data(), numbers.size_bytes());
}

void DatasetWriter::write(std::span<const std::int32_t> numbers) {
  put(DType::I32, numbers.data(), numbers.size_bytes());
}

void DatasetWriter::finish(std::string report) {
  MISSMODAL_CHECK(report.size() <= report_size_);
  report.resize(report_size_, ' ');
  file_.replace_metadata("report", report);
  finish();
}

void DatasetWriter::finish() {
  MISSMODAL_CHECK(next_ == tensors_.size() && bytes_left_ == 0);
  content_sha256_ = digest_.finish(ids_, scale_);
  file_.replace_metadata("content_sha256", content_sha256_);
  file_.finish();
}

}  // namespace missmodal::trainer
