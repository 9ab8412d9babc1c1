#pragma once
// A baseline that was published with BERT, as a model: text through a TextReader.

#include <cstdint>
#include <string>
#include <vector>

#include "sweeps/configuration.h"
#include "trainer/model/baselines/text_reader.h"
#include "trainer/model/model.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

class TextBaseline : public Model {
 public:
  // From configuration.seed and, where it asks for them, pretrained weights, which are frozen where the text
  // encoder's learning rate is 0.
  void initialize();

  bool is_used(const std::string& /*parameter*/) const override { return true; }
  std::string text_configuration() const override { return text_.bert_configuration(); }

 protected:
  TextBaseline(const sweeps::Configuration& configuration, const Widths& widths,
               const std::string& bert_configuration);
  // What is not as the parts have it themselves.
  virtual void initialize_further(std::uint64_t /*seed*/) {}
  DropoutStream dropout_of(const Batch& batch, const Context& context) const;

  sweeps::Configuration configuration_;
  TextReader text_;
};

// Whose vectors of the modalities are made one by one, so that each is encoded once for all seven subsets.
class VectorBaseline : public TextBaseline {
 public:
  torch::Tensor predict(const Batch& batch) override;
  torch::Tensor predict_with(const Batch& batch, const ByModality& zeroed) override;

 protected:
  using Vectors = std::array<torch::Tensor, 3>;  // by Modality, (b, its width)

  VectorBaseline(const sweeps::Configuration& configuration, const Widths& widths,
                 const std::string& bert_configuration, TextVector text_vector)
      : TextBaseline(configuration, widths, bert_configuration), text_vector_(text_vector) {}
  Vectors encode(const Batch& batch, const DropoutStream& dropout);
  // In training: with dropout, and as robust training leaves them.
  Vectors encode(const Batch& batch, const Context& context);
  // Of audio or vision.
  virtual torch::Tensor encode_frames(Modality modality, const RaggedBatch& frames,
                                      const DropoutStream& dropout) = 0;
  virtual torch::Tensor regress(const Vectors& vectors) = 0;  // (b), without dropout

 private:
  torch::Tensor encode(const Batch& batch, Modality modality, const DropoutStream& dropout);
  torch::Tensor encode_missing(const Batch& batch, Modality modality, const torch::Tensor& complete);

  TextVector text_vector_;
};

}  // namespace missmodal::trainer
