#pragma once
// What people hand over in place of a safetensors file, told by its first bytes.

#include <cstddef>
#include <span>
#include <string_view>

namespace missmodal::trainer {

// What the file is and what to do with it: "is a pickle, not ...". "" for bytes of no kind that is known.
std::string_view foreign_file(std::span<const std::byte> bytes);

}  // namespace missmodal::trainer
