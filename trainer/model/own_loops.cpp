#include "trainer/model/own_loops.h"

namespace missmodal::trainer {

namespace {
thread_local bool library_only = false;
}  // namespace

bool takes_own_loops(const torch::Tensor& x) {
  return !library_only && x.is_cpu() && x.scalar_type() == torch::kFloat32;
}

LibraryOnly::LibraryOnly() : before_(library_only) {
  library_only = true;
}

LibraryOnly::~LibraryOnly() {
  library_only = before_;
}

}  // namespace missmodal::trainer
