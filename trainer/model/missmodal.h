#pragma once
// MissModal (Lin & Hu, TACL 2023): three encoders, seven fusion networks, one predictor, four losses.

#include <memory>
#include <string>
#include <vector>

#include "trainer/model/fusion.h"
#include "trainer/model/modality_encoder.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

class MissModal : public Model {
 public:
  // `bert_configuration` is the text of config.json; unused with the sequence text encoder. Values are not
  // set yet. Throws InputError for a config.json or a combination of keys that cannot be built.
  MissModal(const sweeps::Configuration& configuration, const Widths& widths, std::string bert_configuration);

  void initialize();         // from configuration.seed
  void load_text_weights();  // from configuration.model.text_weights, if the configuration asks for it

  void freeze_text();  // the bert encoder then requires no gradient

  Output forward(const Batch& batch, const Context& context) override;
  Losses loss(const Output& output, const Batch& batch, const Context& context) override;
  torch::Tensor predict_with(const Batch& batch, const ByModality& zeroed) override;
  // Each modality is encoded once; with route `full` and `zero_at: input` also zero frames, one sequence a
  // distinct length.
  torch::Tensor predict(const Batch& batch) override;
  std::int64_t representation_width() const override { return configuration_.model.fusion_width; }
  torch::Tensor represent(const Batch& batch) override;
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;
  bool is_used(const std::string& parameter) const override;
  std::string text_configuration() const override { return bert_configuration_; }

  // Every modality's vector, each encoder run once.
  Encoded encode(const Batch& batch, const DropoutStream& dropout);

 private:
  const RaggedBatch& input(const Batch& batch, Modality modality) const;
  ModalityEncoder& encoder(Modality modality) { return *encoders_[static_cast<unsigned>(modality)]; }
  torch::Tensor encode(const Batch& batch, Modality modality, const DropoutStream& dropout);
  torch::Tensor zero_representation(const Batch& batch, Modality modality);
  // What stands in a missing modality's place with route `full`.
  torch::Tensor encode_missing(const Batch& batch, Modality modality);
  bool trains_subsets() const;

  sweeps::Configuration configuration_;
  std::string bert_configuration_;
  std::array<std::shared_ptr<ModalityEncoder>, 3> encoders_;
  std::shared_ptr<Fusion> fusion_;
  std::shared_ptr<Predictor> predictor_;
};

}  // namespace missmodal::trainer
