#pragma once
// What training and evaluation know of a model: batch in, representations and predictions out, named losses
// of them, and what happens to a missing modality.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/configuration.h"
#include "sweeps/subset.h"
#include "trainer/data/dataset.h"
#include "trainer/model/named_tensors.h"
#include "trainer/model/optimizer_plan.h"
#include "trainer/model/ragged.h"
#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// B sequences without padding, one after the other.
struct RaggedBatch {
  torch::Tensor rows;   // (layout.rows(), width) floating; token ids: (layout.rows()) int64
  RaggedLayout layout;  // on the same device
};

// One member's share of a global batch: contiguous, by place. It may be empty; then every tensor has no rows.
struct Batch {
  std::array<RaggedBatch, 3> sequences;  // by Modality, audio and vision normalised; text: word vectors
  RaggedBatch tokens;                    // word pieces; same layout as text
  torch::Tensor labels;                  // (b) floating
  torch::Tensor utterances;              // (b) int64: their places in the split
  std::int64_t first_sample = 0;         // place of its first utterance in the global batch
  std::int64_t global_size = 0;          // utterances of the global batch
  Shares shares;                         // everybody's, where members share it
  std::int64_t size() const { return labels.size(0); }
  const RaggedBatch& of(Modality modality) const { return sequences[static_cast<unsigned>(modality)]; }
};

// Where in a training a batch comes, and with whom it is computed.
struct Context {
  std::uint64_t seed = 0;
  std::int64_t step = 0;  // from 0; every stage of every batch is one
  int epoch = 1;          // from 1
  Group group;            // alone, unless given
  // By the model's epoch(), from 0: which loss is asked for, and when.
  int pass = 0;
  int stage = 0;
  std::int64_t batch = 0;  // of the pass
};

struct Output {
  // Rows in Subset order, TAV first; only what this configuration trains: all seven or the first.
  torch::Tensor representations;  // (7 or 1, b, d), or none where the model's losses look at none
  torch::Tensor predictions;      // (7 or 1, b); likewise
  // What else the model's own losses need, by a name of its choice.
  std::map<std::string, torch::Tensor> others;
};

struct Losses {
  // To differentiate, a scalar: the sum over members of its gradients is the gradient of the global batch's
  // loss. Its value may count on every member what the shares count once.
  torch::Tensor total;
  // "total", then every term that is on; detached, the same names on every member and in every batch of a
  // stage. The sums over members are the global batch's losses.
  std::vector<std::pair<std::string, torch::Tensor>> shares;
};

using ByModality = std::array<bool, 3>;  // by Modality

class Model : public torch::nn::Module {
 public:
  // One training step's results, with dropout on. Collective where a model needs the whole batch in it
  // (BatchNorm: context.group.sum).
  virtual Output forward(const Batch& batch, const Context& context) = 0;
  // The losses of what forward() gave for the same batch and context. Collective: every member calls it, one
  // with an empty share too. A model may keep tables of its own up to date here, the same on every member.
  virtual Losses loss(const Output& output, const Batch& batch, const Context& context) = 0;

  // (b): the prediction where the encoders' outputs of the modalities in `zeroed` are replaced by zeros. No
  // dropout; the caller holds a NoGradGuard.
  virtual torch::Tensor predict_with(const Batch& batch, const ByModality& zeroed) = 0;
  // (7, b): row S is the prediction where only the subset S remains, by the configuration's route. No
  // dropout; the caller holds a NoGradGuard. Here by seven passes, a missing modality being zeros as zero_at
  // says: its frames, their number kept, or its encoder's output. A model that can do with one pass, or has
  // another route, overrides it.
  virtual torch::Tensor predict(const Batch& batch);
  // (b): complete modalities only; what row TAV of predict() holds.
  virtual torch::Tensor predict_complete(const Batch& batch) { return predict_with(batch, {}); }

  // The width d of represent(); 0: this model has no representation of each subset.
  virtual std::int64_t representation_width() const { return 0; }
  // (7, b, d): what row S of predict() is computed from. No dropout; the caller holds a NoGradGuard.
  // Precondition: representation_width() is not 0.
  virtual torch::Tensor represent(const Batch& batch);

  // Before a training, or what goes on with one, on the device and in the type of it: how many utterances its
  // split has, for a model that keeps tables over them.
  virtual void begin_training(std::int64_t /*utterances*/) {}
  // Who steps which parameters. A parameter of two of them is stepped by both, and then neither accumulates.
  virtual std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const = 0;
  // An epoch's passes over the training batches, in turn. Here one, in which all optimisers step together, in
  // their order.
  virtual std::vector<TrainingPass> epoch() const { return {TrainingPass{}}; }
  // Whether any loss or scored prediction of this configuration can touch the parameter; a frozen one's too.
  virtual bool is_used(const std::string& parameter) const = 0;
  // What it takes, beside configuration and widths, to build this model again without the weights folder:
  // that folder's config.json, "" for a model that reads none.
  virtual std::string text_configuration() const { return ""; }
  // What a training must not forget beside parameters and buffers, and a checkpoint need not know: the
  // model's tables over the training split, the tensors themselves, always the same ones.
  virtual NamedTensors tables() const { return {}; }

 protected:
  explicit Model(const sweeps::EvaluationConfiguration& evaluation = {}) : evaluation_(evaluation) {}
  sweeps::ZeroAt zero_at(Modality modality) const;

 private:
  sweeps::EvaluationConfiguration evaluation_;
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
