#include "trainer/model/baselines/mfn.h"

#include <fmt/format.h>

namespace missmodal::trainer {
namespace {

constexpr std::uint32_t kMfnOwner = 3;
constexpr DropoutLayer kMfnAttentionDropout{kMfnOwner, 0, 0};
constexpr DropoutLayer kMfnProposalDropout{kMfnOwner, 1, 0};
constexpr DropoutLayer kMfnGateDropout{kMfnOwner, 2, 0};
constexpr DropoutLayer kMfnOutDropout{kMfnOwner, 4, 0};
constexpr std::array<const char*, 3> kMfnLetters{"l", "a", "v"};  // the toolkit's, by Modality

}  // namespace

MfnEncoder::MfnEncoder(const MfnSizes& sizes) : sizes_(sizes) {
  for (std::size_t i = 0; i < 3; ++i) {
    lstms_[i] = register_module(fmt::format("lstm_{}", kMfnLetters[i]),
                                std::make_shared<LstmCell>(sizes.features[i], sizes.hidden[i]));
  }
  const std::int64_t seen = 2 * sizes.cells();
  attention_ = {declare_linear("att1_fc1", seen, sizes.attention.width),
                declare_linear("att1_fc2", sizes.attention.width, seen)};
  proposal_ = {declare_linear("att2_fc1", seen, sizes.proposal.width),
               declare_linear("att2_fc2", sizes.proposal.width, sizes.memory)};
  memory_ = register_module("memory",
                            std::make_shared<GatedMemory>(seen, sizes.memory, sizes.gates, kMfnGateDropout));
}

torch::Tensor MfnEncoder::last(const AlignedRows& aligned, const DropoutStream& dropout) {
  const RaggedLayout& layout = aligned.layout;
  const auto inner = [&](const torch::Tensor& x, const LinearParameters& linear, DropoutLayer layer,
                         double probability) {
    return dropout.apply(affine(x, linear).relu(), layout, Rows::all, layer, probability);
  };
  std::vector<torch::Tensor> states, cells;
  for (std::size_t i = 0; i < 3; ++i) {
    const LstmState traced = lstms_[i]->trace(aligned.rows[i], layout);
    states.push_back(traced.state);
    cells.push_back(traced.cell);
  }
  const torch::Tensor now = torch::cat(cells, 1);
  const torch::Tensor window = torch::cat({rows_before(now, layout), now}, 1);
  const torch::Tensor weights =
      affine(inner(window, attention_[0], kMfnAttentionDropout, sizes_.attention.dropout), attention_[1])
          .softmax(1);
  const torch::Tensor attended = weights * window;
  const torch::Tensor proposal =
      affine(inner(attended, proposal_[0], kMfnProposalDropout, sizes_.proposal.dropout), proposal_[1])
          .tanh();
  states.push_back(memory_->remember(attended, proposal, layout, dropout));
  return layout.select(torch::cat(states, 1), Rows::last);
}

Mfn::Mfn(const MfnSizes& sizes) : sizes_(sizes) {
  encoder_ = register_module("encoder", std::make_shared<MfnEncoder>(sizes));
  out_ = {declare_linear("out_fc1", sizes.state(), sizes.out.width),
          declare_linear("out_fc2", sizes.out.width, 1)};
}

MfnOutput Mfn::forward(const AlignedRows& aligned, const DropoutStream& dropout) {
  MfnOutput output;
  output.state = encoder_->last(aligned, dropout);
  const torch::Tensor inner =
      dropout.apply(affine(output.state, out_[0]).relu(), kMfnOutDropout, sizes_.out.dropout);
  output.predictions = affine(inner, out_[1]).squeeze(1);
  return output;
}

}  // namespace missmodal::trainer
