#include "trainer/model/baselines/mag_gate.h"

namespace missmodal::trainer {
namespace {

constexpr DropoutLayer kMagDropout{3, 32, 0};
constexpr double kMagTiny = 1e-6;

}  // namespace

MagGate::MagGate(const MagSizes& sizes)
    : sizes_(sizes),
      vision_gate_(declare_linear("W_hv", sizes.vision + sizes.text, sizes.text)),
      audio_gate_(declare_linear("W_ha", sizes.audio + sizes.text, sizes.text)),
      vision_(declare_linear("W_v", sizes.vision, sizes.text)),
      audio_(declare_linear("W_a", sizes.audio, sizes.text)),
      norm_(declare_norm("LayerNorm", sizes.text)) {}

torch::Tensor MagGate::forward(const torch::Tensor& text, const torch::Tensor& audio,
                               const torch::Tensor& vision, const RaggedLayout& layout,
                               const DropoutStream& dropout) const {
  const torch::Tensor move =
      affine(torch::cat({vision, text}, 1), vision_gate_).relu() * affine(vision, vision_) +
      affine(torch::cat({audio, text}, 1), audio_gate_).relu() * affine(audio, audio_);
  const torch::Tensor length = move.norm(2, 1, /*keepdim=*/true);
  const torch::Tensor divisor = torch::where(length == 0, torch::ones_like(length), length) + kMagTiny;
  const torch::Tensor share = (sizes_.beta * text.norm(2, 1, /*keepdim=*/true) / divisor).clamp_max(1);
  const torch::Tensor moved = torch::layer_norm(text + share * move, {sizes_.text}, norm_.weight, norm_.bias);
  return dropout.apply(moved, layout, Rows::all, kMagDropout, sizes_.dropout);
}

}  // namespace missmodal::trainer
