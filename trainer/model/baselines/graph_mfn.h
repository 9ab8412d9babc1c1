#pragma once
// Graph-MFN (Zadeh et al. 2018, "Multimodal Language Analysis in the Wild: CMU-MOSEI Dataset and
// Interpretable Dynamic Fusion Graph"): MFN with the attention replaced by a graph of all subsets of
// modalities. All but the memory's recurrence is computed of all steps at once.

#include <array>
#include <cstdint>
#include <memory>

#include "trainer/model/baselines/aligned_rows.h"
#include "trainer/model/baselines/gated_memory.h"
#include "trainer/model/dropout.h"
#include "trainer/model/lstm.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct FusionGraphOutput {
  torch::Tensor top;         // (rows, node)
  torch::Tensor efficacies;  // (rows, 19)
};

// The Dynamic Fusion Graph: a vertex of two or three modalities is a network of those below it, each times an
// efficacy; the top sees all seven. Efficacies are linear in the singletons, neither squashed nor normalised.
// Parameters: efficacy_model.*, networks_01.*, networks_02.*, networks_12.*, networks_012.* (0 text, 1 audio,
// 2 vision), t_network.*, each Linear(in, 100) and Linear(100, node) without a ReLU.
class FusionGraph : public ParameterModule {
 public:
  FusionGraph(const std::array<std::int64_t, 3>& singletons, std::int64_t node);
  // Each singleton (rows, its width).
  FusionGraphOutput forward(const std::array<torch::Tensor, 3>& singletons) const;

 private:
  struct Network {
    LinearParameters first;
    LinearParameters second;
    torch::Tensor operator()(const torch::Tensor& x) const { return affine(affine(x, first), second); }
  };
  Network declare_network(const std::string& path, std::int64_t in, std::int64_t out);

  Network efficacy_;
  LinearParameters efficacy_out_;
  std::array<Network, 3> pairs_;
  Network triple_;
  Network top_;
};

struct GraphMfnSizes {
  std::array<std::int64_t, 3> features{};  // by Modality
  std::array<std::int64_t, 3> hidden{};
  std::int64_t memory = 0;
  std::int64_t node = 0;
  HiddenLayer proposal;  // NN of the toolkit
  std::array<HiddenLayer, 2> gates;
  HiddenLayer out;

  std::int64_t state() const { return hidden[0] + hidden[1] + hidden[2] + memory; }
};

struct GraphMfnOutput {
  torch::Tensor state;        // (b, sizes.state()): text's, audio's, vision's last hidden state, memory
  torch::Tensor efficacies;   // (layout.rows(), 19)
  torch::Tensor predictions;  // (b)
};

// Each utterance is read to its own end. Dropout: owner fusion, layers 0 to 3.
class GraphMfn : public ParameterModule {
 public:
  explicit GraphMfn(const GraphMfnSizes& sizes);
  GraphMfnOutput forward(const AlignedRows& aligned, const DropoutStream& dropout);

 private:
  GraphMfnSizes sizes_;
  std::array<std::shared_ptr<Lstm>, 3> lstms_;
  std::array<LinearParameters, 3> transforms_;
  std::shared_ptr<FusionGraph> graph_;
  std::array<LinearParameters, 2> proposal_;
  std::shared_ptr<GatedMemory> memory_;
  std::array<LinearParameters, 2> out_;
};

}  // namespace missmodal::trainer
