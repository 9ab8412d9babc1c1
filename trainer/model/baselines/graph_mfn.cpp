#include "trainer/model/baselines/graph_mfn.h"

#include <fmt/format.h>

#include <vector>

namespace missmodal::trainer {
namespace {

constexpr std::uint32_t kGraphOwner = 3;  // fusion
constexpr DropoutLayer kGraphProposalDropout{kGraphOwner, 0, 0};
constexpr DropoutLayer kGraphGateDropout{kGraphOwner, 1, 0};
constexpr DropoutLayer kGraphOutDropout{kGraphOwner, 3, 0};

constexpr std::int64_t kInner = 100;
constexpr std::int64_t kEfficacies = 3 * 2 + 6 + 7;
constexpr std::array<std::array<std::size_t, 2>, 3> kPairs{{{0, 1}, {0, 2}, {1, 2}}};

// The vertices side by side, each times its efficacy; `first` is that of the first one and goes on behind the
// last.
torch::Tensor scaled(const std::vector<torch::Tensor>& vertices, const torch::Tensor& efficacies,
                     std::int64_t& first) {
  std::vector<torch::Tensor> parts;
  for (const torch::Tensor& vertex : vertices) parts.push_back(vertex * efficacies.narrow(1, first++, 1));
  return torch::cat(parts, 1);
}

}  // namespace

FusionGraph::FusionGraph(const std::array<std::int64_t, 3>& singletons, std::int64_t node) {
  const std::int64_t all = singletons[0] + singletons[1] + singletons[2];
  efficacy_ = declare_network("efficacy_model", all, node);
  efficacy_out_ = declare_linear("efficacy_model.2", node, kEfficacies);
  for (std::size_t i = 0; i < kPairs.size(); ++i) {
    const auto [one, other] = kPairs[i];
    pairs_[i] =
        declare_network(fmt::format("networks_{}{}", one, other), singletons[one] + singletons[other], node);
  }
  triple_ = declare_network("networks_012", all + 3 * node, node);
  top_ = declare_network("t_network", all + 4 * node, node);
}

FusionGraph::Network FusionGraph::declare_network(const std::string& path, std::int64_t in,
                                                  std::int64_t out) {
  return {declare_linear(path + ".0", in, kInner), declare_linear(path + ".1.0", kInner, out)};
}

FusionGraphOutput FusionGraph::forward(const std::array<torch::Tensor, 3>& singletons) const {
  std::vector<torch::Tensor> vertices(singletons.begin(), singletons.end());
  const torch::Tensor efficacies = affine(efficacy_(torch::cat(vertices, 1)), efficacy_out_);
  std::int64_t next = 0;
  std::vector<torch::Tensor> pairs;
  for (std::size_t i = 0; i < kPairs.size(); ++i) {
    const auto [one, other] = kPairs[i];
    pairs.push_back(pairs_[i](scaled({singletons[one], singletons[other]}, efficacies, next)));
  }
  vertices.insert(vertices.end(), pairs.begin(), pairs.end());
  vertices.push_back(triple_(scaled(vertices, efficacies, next)));
  return {top_(scaled(vertices, efficacies, next)), efficacies};
}

GraphMfn::GraphMfn(const GraphMfnSizes& sizes) : sizes_(sizes) {
  constexpr std::array<const char*, 3> letters{"l", "a", "v"};  // the toolkit's, by Modality
  for (std::size_t i = 0; i < 3; ++i) {
    lstms_[i] = register_module(fmt::format("lstm_{}", letters[i]),
                                std::make_shared<Lstm>(sizes.features[i], sizes.hidden[i]));
    transforms_[i] =
        declare_linear(fmt::format("{}_transform", letters[i]), 2 * sizes.hidden[i], sizes.hidden[i]);
  }
  graph_ = register_module("graph_mfn", std::make_shared<FusionGraph>(sizes.hidden, sizes.node));
  proposal_ = {declare_linear("att2_fc1", sizes.node, sizes.proposal.width),
               declare_linear("att2_fc2", sizes.proposal.width, sizes.memory)};
  memory_ = register_module(
      "memory", std::make_shared<GatedMemory>(sizes.node, sizes.memory, sizes.gates, kGraphGateDropout));
  out_ = {declare_linear("out_fc1", sizes.state(), sizes.out.width),
          declare_linear("out_fc2", sizes.out.width, 1)};
}

GraphMfnOutput GraphMfn::forward(const AlignedRows& aligned, const DropoutStream& dropout) {
  const RaggedLayout& layout = aligned.layout;
  std::vector<torch::Tensor> states;
  std::array<torch::Tensor, 3> singletons;
  for (std::size_t i = 0; i < 3; ++i) {
    const torch::Tensor now = lstms_[i]->states(aligned.rows[i], layout, dropout);
    singletons[i] = affine(torch::cat({rows_before(now, layout), now}, 1), transforms_[i]).relu();
    states.push_back(now);
  }
  const FusionGraphOutput graph = graph_->forward(singletons);
  const torch::Tensor inner = dropout.apply(affine(graph.top, proposal_[0]).relu(), layout, Rows::all,
                                            kGraphProposalDropout, sizes_.proposal.dropout);
  states.push_back(memory_->remember(graph.top, affine(inner, proposal_[1]).tanh(), layout, dropout));
  GraphMfnOutput output;
  output.state = layout.select(torch::cat(states, 1), Rows::last);
  output.efficacies = graph.efficacies;
  const torch::Tensor out =
      dropout.apply(affine(output.state, out_[0]).relu(), kGraphOutDropout, sizes_.out.dropout);
  output.predictions = affine(out, out_[1]).squeeze(1);
  return output;
}

}  // namespace missmodal::trainer
