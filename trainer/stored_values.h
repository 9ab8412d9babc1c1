#pragma once
// Named tensors in a safetensors file: a model's values in a checkpoint.

#include <functional>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "trainer/data/safetensors/safetensors.h"
#include "trainer/model/named_tensors.h"

namespace missmodal::trainer {

// As a file holds them: on the CPU, contiguous, floating numbers in float32, whole ones in int64.
NamedTensors storable(const NamedTensors& values);
std::vector<SafetensorsWriter::Declaration> declarations_of(const NamedTensors& storable);
void write_values(SafetensorsWriter& writer, const NamedTensors& storable);

// Copies every tensor of the file into that of the same name; what does not fit comes back as mistakes, a
// missing tensor, another shape or type, one that nobody asked for unless `is_another`.
std::vector<Mistake> read_values(const SafetensorsFile& file, const NamedTensors& to,
                                 const std::function<bool(const std::string&)>& is_another);

}  // namespace missmodal::trainer
