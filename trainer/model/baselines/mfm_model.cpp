#include "trainer/model/baselines/mfm_model.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "sweeps/error.h"
#include "trainer/model/baselines/coupled_adam.h"
#include "trainer/model/baselines/mfn_keys.h"

namespace missmodal::trainer {
namespace {

// Codes and factors in the network's order, as the keys name them.
constexpr std::array<const char*, kMfmCodes> kMfmNames{"text", "audio", "vision", "common"};

// In Output::others.
std::string code_of(std::size_t which) {
  return fmt::format("code_{}", kMfmNames.at(which));
}
std::string reconstruction_of(std::size_t modality) {
  return fmt::format("reconstruction_{}", kMfmNames.at(modality));
}

}  // namespace

MfmModel::MfmModel(const sweeps::Configuration& configuration, const Widths& widths)
    : Model(configuration.evaluation) {
  const sweeps::ModelConfiguration& model = configuration.model;
  sizes_.mfn = mfn_sizes(model, widths);
  for (std::size_t i = 0; i < kMfmCodes; ++i) {
    const std::string name = kMfmNames[i];
    sizes_.codes[i] = model.of<std::int64_t>(name + "_code");
    sizes_.factors[i] = model.of<std::int64_t>(name + "_factor");
    sizes_.code_dropout[i] = model.of<double>(name + "_dropout");
    if (i != kMfmCommon) weights_.reconstruction[i] = model.of<double>(name + "_weight");
  }
  sizes_.out_dropout = model.of<double>("out_dropout");
  weights_.discrepancy = model.of<double>("discrepancy_weight");
  network_ = register_module("network", std::make_shared<Mfm>(sizes_));
}

Output MfmModel::forward(const Batch& batch, const Context& context) {
  const DropoutStream dropout({context.seed, context.step, batch.first_sample}, batch.labels.device());
  const MfmOutput found = network_->forward(align(batch), dropout, Mfm::Decode::yes);
  Output output;
  output.predictions = found.predictions.unsqueeze(0);
  for (std::size_t i = 0; i < kMfmCodes; ++i) output.others[code_of(i)] = found.codes[i];
  for (std::size_t i = 0; i < found.reconstructions.size(); ++i)
    output.others[reconstruction_of(i)] = found.reconstructions[i];
  return output;
}

Losses MfmModel::loss(const Output& output, const Batch& batch, const Context& context) {
  MfmOutput found;
  found.predictions = output.predictions[0];
  for (std::size_t i = 0; i < kMfmCodes; ++i) found.codes[i] = output.others.at(code_of(i));
  for (std::size_t i = 0; i < found.reconstructions.size(); ++i)
    found.reconstructions[i] = output.others.at(reconstruction_of(i));
  return mfm_losses(found, align(batch), batch,
                    mfm_draws(sizes_, context.seed, context.step, batch.global_size), weights_,
                    context.group);
}

torch::Tensor MfmModel::predict_with(const Batch& batch, const ByModality& zeroed) {
  MISSMODAL_CHECK(!zeroed[0] && !zeroed[1] && !zeroed[2]);  // conflicts() refuses it
  return network_->forward(align(batch), DropoutStream(), Mfm::Decode::no).predictions;
}

std::vector<OptimizerPlan> MfmModel::optimizers(const sweeps::TrainingConfiguration& training) const {
  return {coupled_adam(*this, training)};
}

}  // namespace missmodal::trainer
