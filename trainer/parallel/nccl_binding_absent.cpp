#include "trainer/parallel/nccl_binding.h"

namespace missmodal::trainer {

std::shared_ptr<NcclFunctions> bind_nccl(int) {
  throw RunError("a trial on several GPUs needs NCCL, and this program was built without it");
}

std::string nccl_built_with() {
  return "";
}

}  // namespace missmodal::trainer
