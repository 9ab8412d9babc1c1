#pragma once
// How many threads one training uses.

namespace missmodal::trainer {

// For the calling thread's LibTorch work and for the BLAS below it, which has threads of its own that
// LibTorch does not know of. Small models get slower with more than one.
void set_threads(int threads);

}  // namespace missmodal::trainer
