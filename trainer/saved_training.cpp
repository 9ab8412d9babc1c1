#include "trainer/saved_training.h"

#include <fmt/format.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/output_file.h"
#include "sweeps/sha256.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {
namespace {

using Json = nlohmann::json;
using Declaration = SafetensorsWriter::Declaration;

constexpr const char* kSavedFormat = "missmodal-training-2";
constexpr const char* kNoDigest = "0000000000000000000000000000000000000000000000000000000000000000";

constexpr std::pair<torch::ScalarType, DType> kTypes[] = {
    {torch::kFloat64, DType::F64}, {torch::kFloat32, DType::F32}, {torch::kBFloat16, DType::BF16},
    {torch::kFloat16, DType::F16}, {torch::kInt64, DType::I64},   {torch::kInt32, DType::I32},
    {torch::kInt16, DType::I16},   {torch::kInt8, DType::I8},     {torch::kUInt8, DType::U8},
    {torch::kBool, DType::BOOL}};

DType saved_type(torch::ScalarType type) {
  for (const auto& [here, stored] : kTypes) {
    if (here == type) return stored;
  }
  throw RunError(fmt::format("tensors of {} cannot be saved", torch::toString(type)));
}

torch::ScalarType loaded_type(DType dtype) {
  for (const auto& [here, stored] : kTypes) {
    if (stored == dtype) return here;
  }
  MISSMODAL_CHECK(false);
}

// Part by part, each in its own order, which assign() wants back; a part's name comes before its tensors'.
template <typename State, typename Visit>
void visit_parts(State& state, Visit visit) {
  visit("model", state.model);
  visit("tables", state.tables);
  visit("best", state.best);
  visit("gradients", state.gradients);
  for (std::size_t i = 0; i < state.optimizers.size(); ++i)
    visit(fmt::format("optimizer {}", i), state.optimizers[i]);
}

Json to_json(const sweeps::EpochRecord& epoch) {
  return {{"epoch", epoch.epoch},         {"losses", epoch.losses},
          {"valid_mae", epoch.valid_mae}, {"valid_corr", epoch.valid_corr ? Json(*epoch.valid_corr) : Json()},
          {"best", epoch.best},           {"train_seconds", epoch.train_seconds}};
}

sweeps::EpochRecord epoch_from(const Json& json) {
  sweeps::EpochRecord epoch;
  epoch.epoch = json.at("epoch").get<int>();
  epoch.losses = json.at("losses").get<std::map<std::string, double>>();
  epoch.valid_mae = json.at("valid_mae").get<double>();
  if (!json.at("valid_corr").is_null()) epoch.valid_corr = json.at("valid_corr").get<double>();
  epoch.best = json.at("best").get<bool>();
  epoch.train_seconds = json.at("train_seconds").get<double>();
  return epoch;
}

Json to_json(const EpochProgress& within) {
  Json sums = Json::array();
  for (const LossMeans::Sums& one : within.sums) sums.push_back({one.names, one.values, one.samples});
  return {{"pass", within.pass},
          {"batch", within.batch},
          {"sums", sums},
          {"losses", within.losses},
          {"accumulated", within.accumulated},
          {"first_bad_step", within.first_bad_step},
          {"seconds", within.seconds}};
}

EpochProgress within_from(const Json& json) {
  EpochProgress within;
  within.pass = json.at("pass").get<int>();
  within.batch = json.at("batch").get<std::int64_t>();
  for (const Json& one : json.at("sums")) {
    within.sums.push_back({one.at(0).get<std::vector<std::string>>(), one.at(1).get<std::vector<double>>(),
                           one.at(2).get<std::int64_t>()});
  }
  within.losses = json.at("losses").get<std::map<std::string, double>>();
  within.accumulated = json.at("accumulated").get<std::vector<int>>();
  within.first_bad_step = json.at("first_bad_step").get<std::int64_t>();
  within.seconds = json.at("seconds").get<double>();
  return within;
}

Json to_json(const TrainingProgress& progress) {
  Json epochs = Json::array();
  for (const sweeps::EpochRecord& epoch : progress.epochs) epochs.push_back(to_json(epoch));
  return {{"epoch", progress.epoch},           {"step", progress.step}, {"best_epoch", progress.best_epoch},
          {"best_mae", progress.best_mae},     {"epochs", epochs},      {"seconds", progress.seconds},
          {"within", to_json(progress.within)}};
}

TrainingProgress progress_from(const Json& json) {
  TrainingProgress progress;
  progress.epoch = json.at("epoch").get<int>();
  progress.step = json.at("step").get<std::int64_t>();
  progress.best_epoch = json.at("best_epoch").get<int>();
  progress.best_mae = json.at("best_mae").get<double>();
  for (const Json& epoch : json.at("epochs")) progress.epochs.push_back(epoch_from(epoch));
  progress.seconds = json.at("seconds").get<double>();
  progress.within = within_from(json.at("within"));
  return progress;
}

// Over everything but itself. Bytes follow in the order of `tensors`.
Sha256 begin_digest(const std::string& identity, const std::string& content,
                    const std::vector<Declaration>& tensors) {
  Json shapes = Json::array();
  for (const Declaration& tensor : tensors) shapes.push_back({tensor.name, name(tensor.dtype), tensor.shape});
  const std::string text = Json{identity, content, shapes}.dump();
  Sha256 digest;
  digest.update(text.data(), text.size());
  return digest;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw InputError(path.string(), reason);
}

// The file's own account of itself: {"progress": ..., "parts": [[part, [name, ...]], ...]}.
Json content_of(const SafetensorsFile& file, const std::string& identity) {
  const auto format = file.metadata().find("format");
  if (format == file.metadata().end() || format->second != kSavedFormat)
    refuse(file.path(), fmt::format("is not a training in progress ({})", kSavedFormat));
  if (file.metadata("identity") != identity) refuse(file.path(), "belongs to another training");
  Json content = Json::parse(file.metadata("content"), nullptr, /*allow_exceptions=*/false);
  if (content.is_discarded()) refuse(file.path(), "is damaged: its metadata is not JSON");
  return content;
}

// `read` may trip over anything in a damaged account.
template <typename Read>
auto guarded(const std::filesystem::path& path, Read read) {
  try {
    return read();
  } catch (const Json::exception&) {
    refuse(path, "is damaged: its metadata is not whole");
  }
}

torch::Tensor tensor_of(const TensorView& view) {
  torch::Tensor tensor = torch::empty(view.shape, loaded_type(view.dtype));
  if (!view.bytes.empty()) std::memcpy(tensor.data_ptr(), view.bytes.data(), view.bytes.size());
  return tensor;
}

NamedTensors& part_of(TrainingState& state, const std::string& part) {
  NamedTensors* found = nullptr;
  visit_parts(state, [&](const std::string& name, NamedTensors& tensors) {
    if (name == part) found = &tensors;
  });
  if (found == nullptr) found = &state.optimizers.emplace_back();  // they come in their order
  return *found;
}

}  // namespace

void save_training(const std::filesystem::path& path, const std::string& identity,
                   const TrainingState& state) {
  Json parts = Json::array();
  std::vector<Declaration> declarations;
  std::vector<torch::Tensor> tensors;
  visit_parts(state, [&](const std::string& part, const NamedTensors& values) {
    Json names = Json::array();
    for (const auto& [name, tensor] : values) {
      names.push_back(name);
      tensors.push_back(tensor.detach().to(torch::kCPU).contiguous());
      declarations.push_back({part + "/" + name, saved_type(tensor.scalar_type()), tensor.sizes().vec()});
    }
    parts.push_back({part, names});
  });
  const std::string content = Json{{"progress", to_json(state.progress)}, {"parts", parts}}.dump();
  Sha256 digest = begin_digest(identity, content, declarations);
  SafetensorsWriter writer(
      OutputFile(path), declarations,
      {{"format", kSavedFormat}, {"identity", identity}, {"content", content}, {"sha256", kNoDigest}});
  for (const torch::Tensor& tensor : tensors) {
    digest.update(tensor.data_ptr(), tensor.nbytes());
    writer.write(tensor.data_ptr(), tensor.nbytes());
  }
  writer.replace_metadata("sha256", hex(digest.finish()));
  writer.finish();
}

std::int64_t saved_step(const std::filesystem::path& path, const std::string& identity) {
  const SafetensorsFile file(path);
  const Json content = content_of(file, identity);
  return guarded(path, [&] { return content.at("progress").at("step").get<std::int64_t>(); });
}

TrainingState load_training(const std::filesystem::path& path, const std::string& identity) {
  const SafetensorsFile file(path);
  const Json content = content_of(file, identity);
  TrainingState state;
  std::vector<Declaration> declarations;
  std::vector<torch::Tensor> tensors;
  guarded(path, [&] {
    state.progress = progress_from(content.at("progress"));
    for (const Json& part : content.at("parts")) {
      const auto part_name = part.at(0).get<std::string>();
      NamedTensors& values = part_of(state, part_name);
      for (const Json& entry : part.at(1)) {
        const auto own_name = entry.get<std::string>();
        const TensorView& view = file.tensor(part_name + "/" + own_name);
        declarations.push_back({part_name + "/" + own_name, view.dtype, view.shape});
        tensors.push_back(tensor_of(view));
        values.emplace_back(own_name, tensors.back());
      }
    }
  });
  Sha256 digest = begin_digest(identity, file.metadata("content"), declarations);
  for (const torch::Tensor& tensor : tensors) digest.update(tensor.data_ptr(), tensor.nbytes());
  if (hex(digest.finish()) != file.metadata("sha256")) refuse(path, "is damaged: its SHA-256 is another");
  return state;
}

}  // namespace missmodal::trainer
