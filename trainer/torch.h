#pragma once
// The part of LibTorch that this program uses: tensors, gradients, modules. <torch/torch.h> adds its layers,
// optimisers and data loaders, which nothing here needs and which make a file take half as long again to
// compile.

#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>
