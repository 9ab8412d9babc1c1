#include "coordinator/main/disk_use.h"

#include <algorithm>
#include <string>

#include "sweeps/work_folder.h"
#include "trainer/batch.h"
#include "trainer/data/bert/bert_folder.h"
#include "trainer/model/model.h"

namespace missmodal::coordinator {
namespace {

constexpr std::int64_t kCopies = 4;          // parameters, the best epoch's, AdamW's two moments
constexpr std::int64_t kHeader = 8 * 1024;   // configuration, identity, alignment
constexpr std::int64_t kTensorHeader = 200;  // name, shape and place
constexpr std::int64_t kEpochHistory = 400;  // losses, validation, time

struct Size {
  std::int64_t values = 0;
  std::int64_t tensors = 0;
};

Size size_of(const sweeps::Configuration& configuration, const trainer::Widths& widths) {
  const std::string& weights = configuration.model.text_weights;
  const std::string text = weights.empty() ? "" : trainer::read_bert_configuration(weights);
  const auto model = trainer::make_empty_model(configuration, widths, text);
  Size size;
  for (const auto& tensors : {model->parameters(), model->buffers()}) {
    for (const auto& tensor : tensors) size.values += tensor.numel();
    size.tensors += static_cast<std::int64_t>(tensors.size());
  }
  return size;
}

std::int64_t kept_models(const sweeps::Resources& resources, const sweeps::PlanSummary& plan) {
  if (resources.keep == sweeps::Keep::all) return static_cast<std::int64_t>(plan.cells);
  std::int64_t variants = 0;
  for (const sweeps::StageSummary& stage : plan.stages)
    variants += static_cast<std::int64_t>(stage.search ? 0 : stage.variants);
  return resources.keep == sweeps::Keep::best ? variants : 0;
}

}  // namespace

DiskUse disk_use(const sweeps::Sweep& sweep, const sweeps::PlanSummary& plan,
                 const trainer::Dataset& dataset) {
  const trainer::Widths widths = trainer::widths_of(dataset);
  DiskUse use;
  for (const sweeps::Configuration& configuration : plan.models) {
    const Size size = size_of(configuration, widths);
    const std::int64_t value_bytes = configuration.training.precision == sweeps::Precision::fp64 ? 8 : 4;
    const std::int64_t model = kHeader + size.tensors * kTensorHeader + 4 * size.values;
    const std::int64_t training = kHeader + kEpochHistory * plan.most_epochs +
                                  kCopies * (size.tensors * kTensorHeader + value_bytes * size.values);
    use.model_bytes = std::max(use.model_bytes, model);
    use.checkpoint_bytes =
        std::max(use.checkpoint_bytes, static_cast<std::int64_t>(sweeps::kCheckpointSlots + 1) * training);
  }
  use.kept_models = kept_models(sweep.resources, plan);
  use.kept_bytes = use.kept_models * use.model_bytes;
  return use;
}

}  // namespace missmodal::coordinator
