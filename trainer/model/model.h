#pragma once
// What training and evaluation know of a model: batch in, predictions and named losses out, and what happens
// to a missing modality.

#include <torch/torch.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/configuration.h"
#include "sweeps/subset.h"
#include "trainer/data/dataset.h"
#include "trainer/model/named_tensors.h"
#include "trainer/model/optimizer_plan.h"

namespace missmodal::trainer {

// B sequences without padding, one after the other.
struct RaggedBatch {
  torch::Tensor rows;                 // (sum of lengths, width) float32; token ids: (sum of lengths) int64
  std::vector<std::int64_t> lengths;  // (B), each >= 1
};

struct Batch {
  std::array<RaggedBatch, 3> sequences;  // by Modality, audio and vision normalised; text: word vectors
  RaggedBatch tokens;                    // word pieces; same lengths as text
  torch::Tensor labels;                  // (B) float32
  std::int64_t size() const { return labels.size(0); }
  const RaggedBatch& of(Modality modality) const { return sequences[static_cast<unsigned>(modality)]; }
};

// Where in a training we are: with the layer's number and an element's place this determines every dropout
// factor (trainer/model/dropout.h), whatever rank computes it.
struct TrainingStep {
  std::uint64_t seed = 0;
  std::int64_t step = 0;          // optimiser step, from 0
  std::int64_t first_sample = 0;  // place of the batch's first sample in the global batch
};

struct Losses {
  torch::Tensor total;                                       // scalar, differentiable
  std::vector<std::pair<std::string, torch::Tensor>> terms;  // "task", "geo", "dis", "sem": those that are on
};

class Model : public torch::nn::Module {
 public:
  // One training step's losses with dropout on; gradients flow from `total`.
  virtual Losses losses(const Batch& batch, const TrainingStep& step) = 0;
  // (7, B): row S is the prediction where only the subset S remains, by the configuration's route. No
  // dropout; the caller holds a NoGradGuard. Each modality is encoded once; with route `full` and `zero_at:
  // input` also zero frames, one sequence a distinct length.
  virtual torch::Tensor predict(const Batch& batch) = 0;
  // (B): complete modalities only; what row TAV of predict() holds.
  virtual torch::Tensor predict_complete(const Batch& batch) = 0;
  // Who steps which parameters; each batch is followed by a step of each, in this order.
  virtual std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const = 0;
  // Whether any loss or scored prediction of this configuration can touch the parameter; a frozen one's too.
  virtual bool is_used(const std::string& parameter) const = 0;
  // What it takes, beside configuration and widths, to build this model again without the weights folder:
  // that folder's config.json, "" for a model that reads none.
  virtual std::string text_configuration() const { return ""; }
  // What a training must not forget beside parameters and buffers, and a checkpoint need not know: the
  // model's tables over the training split, the tensors themselves, always the same ones.
  virtual NamedTensors tables() const { return {}; }
};

struct Widths {
  int text = 0;
  int audio = 0;
  int vision = 0;
};

// Builds the model of a resolved configuration on the CPU, initialised by configuration.seed alone (every
// parameter from a counter-based stream keyed by its name, so not by rank, order or LibTorch version);
// pretrained text weights are loaded from configuration.model.text_weights, and require no gradient where
// text_learning_rate is 0. Throws InputError for a bad weights folder.
std::shared_ptr<Model> make_model(const sweeps::Configuration& configuration, const Widths& widths);

// The same network without values, for a checkpoint to fill: nothing is read from text_weights.
std::shared_ptr<Model> make_empty_model(const sweeps::Configuration& configuration, const Widths& widths,
                                        const std::string& text_configuration);

}  // namespace missmodal::trainer
