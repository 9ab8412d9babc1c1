#pragma once
// The weights of a Hugging Face folder as one set of tensors, whichever of its files holds each.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {

// Of many mistakes about tensors the first few and how many there are more, at `place`: where a folder holds
// another model, every tensor is one.
std::vector<Mistake> shortened(std::vector<Mistake> mistakes, const std::string& place);

class BertWeightFiles {
 public:
  struct Tensor {
    const TensorView* view = nullptr;
    std::string file;  // its path
  };

  // Opens and maps every file. Throws InputError, all mistakes at once: what is wrong with a file of its own
  // (SafetensorsFile), one that is not there, a tensor that does not lie where the index says, or that it
  // does not name.
  explicit BertWeightFiles(const std::filesystem::path& folder);

  // Views live as long as this object. By name in the file.
  const std::map<std::string, Tensor>& tensors() const { return tensors_; }
  const std::string& path() const { return path_; }  // the one file's, or the index's

 private:
  std::string path_;
  std::vector<SafetensorsFile> files_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace missmodal::trainer
