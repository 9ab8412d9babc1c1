#include "trainer/model/losses.h"

#include <limits>

namespace missmodal::trainer {

namespace {

constexpr double kMinus = -std::numeric_limits<double>::infinity();

// -log s(M_i, S_i) / D_r over the 2B rows of Z = [M; S], D_r without the row's similarity to itself. `z` (S,
// 2B, d).
torch::Tensor gmc(const torch::Tensor& z, const torch::Tensor& positive, double temperature) {
  const torch::Tensor similarity = torch::matmul(z, z.transpose(1, 2)) / temperature;
  const torch::Tensor itself =
      torch::eye(z.size(1), torch::TensorOptions().dtype(torch::kBool).device(z.device()));
  return similarity.masked_fill(itself, kMinus).logsumexp(2).mean() - positive.mean();
}

// -log s(M_i, S_i) / Omega_i, Omega_i = sum over j != i of s(M_i, M_j) + s(S_i, S_j) + s(S_i, M_j).
torch::Tensor negatives(const torch::Tensor& m, const torch::Tensor& s, const torch::Tensor& positive,
                        double temperature) {
  const torch::Tensor similarity =
      torch::cat({torch::matmul(m, m.transpose(1, 2)), torch::matmul(s, s.transpose(1, 2)),
                  torch::matmul(s, m.transpose(1, 2))},
                 2) /
      temperature;
  const torch::Tensor itself =
      torch::eye(m.size(1), torch::TensorOptions().dtype(torch::kBool).device(m.device())).repeat({1, 3});
  return similarity.masked_fill(itself, kMinus).logsumexp(2).mean() - positive.mean();
}

}  // namespace

torch::Tensor prediction_loss(const torch::Tensor& predictions, const torch::Tensor& labels,
                              std::int64_t utterances) {
  const std::int64_t subsets = predictions.dim() == 1 ? 1 : predictions.size(0);
  return (predictions - labels).abs().sum().div(subsets * utterances);
}

torch::Tensor unit_rows(const torch::Tensor& x) {
  return x / x.norm(2, /*dim=*/-1, /*keepdim=*/true).clamp_min(1e-12);
}

torch::Tensor geometric_loss(const torch::Tensor& full, const torch::Tensor& partial, double temperature,
                             sweeps::GeoForm form) {
  if (full.size(0) == 1) return (full.sum() + partial.sum()) * 0;
  const torch::Tensor m = full.unsqueeze(0).expand_as(partial);
  const torch::Tensor positive = (m * partial).sum(-1) / temperature;
  if (form == sweeps::GeoForm::gmc) return gmc(torch::cat({m, partial}, 1), positive, temperature);
  return negatives(m, partial, positive, temperature);
}

torch::Tensor distance_loss(const torch::Tensor& full, const torch::Tensor& partial, std::int64_t utterances,
                            sweeps::DisForm form) {
  const torch::Tensor difference = partial - full;
  const std::int64_t pairs = partial.size(0) * utterances;
  switch (form) {
    case sweeps::DisForm::mean_sq:
      return difference.square().sum().div(pairs * partial.size(2));
    case sweeps::DisForm::sq:
      return difference.square().sum(-1).sum().div(pairs);
    case sweeps::DisForm::l2:
      return difference.norm(2, -1).sum().div(pairs);
  }
  TORCH_INTERNAL_ASSERT(false);
}

}  // namespace missmodal::trainer
