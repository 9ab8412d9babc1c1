#include "trainer/stored_values.h"

#include <fmt/format.h>

#include <cstring>
#include <set>
#include <utility>

namespace missmodal::trainer {
namespace {

DType stored_type(const torch::Tensor& tensor) {
  return tensor.is_floating_point() ? DType::F32 : DType::I64;
}

torch::ScalarType type_of(DType dtype) {
  return dtype == DType::F32 ? torch::kFloat32 : torch::kInt64;
}

// Why the view does not fit; "" if it does.
std::string unfit(const TensorView& view, const torch::Tensor& to) {
  const std::vector<std::int64_t> shape = to.sizes().vec();
  if (view.shape != shape) {
    return fmt::format("shape must be {}, got {}", shape_text(shape), shape_text(view.shape));
  }
  if (view.dtype != stored_type(to)) {
    return fmt::format("must be {}, got {}", name(stored_type(to)), name(view.dtype));
  }
  return "";
}

void copy_into(torch::Tensor to, const TensorView& view) {
  torch::Tensor stored = torch::empty(view.shape, type_of(view.dtype));
  // A file promises no alignment, so the bytes are copied before they are read as numbers.
  if (!view.bytes.empty()) std::memcpy(stored.data_ptr(), view.bytes.data(), view.bytes.size());
  to.copy_(stored);
}

}  // namespace

NamedTensors storable(const NamedTensors& values) {
  NamedTensors result;
  for (const auto& [name, tensor] : values) {
    result.emplace_back(name, tensor.detach().to(torch::kCPU, type_of(stored_type(tensor))).contiguous());
  }
  return result;
}

std::vector<SafetensorsWriter::Declaration> declarations_of(const NamedTensors& storable) {
  std::vector<SafetensorsWriter::Declaration> declarations;
  for (const auto& [name, tensor] : storable)
    declarations.push_back({name, stored_type(tensor), tensor.sizes().vec()});
  return declarations;
}

void write_values(SafetensorsWriter& writer, const NamedTensors& storable) {
  for (const auto& [name, tensor] : storable) writer.write(tensor.data_ptr(), tensor.nbytes());
}

std::vector<Mistake> read_values(const SafetensorsFile& file, const NamedTensors& to,
                                 const std::function<bool(const std::string&)>& is_another) {
  const torch::NoGradGuard no_grad;
  std::vector<Mistake> mistakes;
  std::set<std::string> wanted;
  const auto mistake = [&](const std::string& tensor, std::string reason) {
    mistakes.push_back({fmt::format("{}: {}", file.path().string(), tensor), std::move(reason)});
  };
  for (const auto& [name, tensor] : to) {
    wanted.insert(name);
    const auto found = file.tensors().find(name);
    if (found == file.tensors().end()) {
      mistake(name, "tensor is missing");
    } else if (std::string reason = unfit(found->second, tensor); !reason.empty()) {
      mistake(name, std::move(reason));
    } else {
      copy_into(tensor, found->second);
    }
  }
  for (const auto& [name, view] : file.tensors()) {
    if (!wanted.contains(name) && !is_another(name)) mistake(name, "no such tensor in the model");
  }
  return mistakes;
}

}  // namespace missmodal::trainer
