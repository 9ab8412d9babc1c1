#include "trainer/threads.h"

#include <dlfcn.h>

#include "trainer/torch.h"

namespace missmodal::trainer {

void set_threads(int threads) {
  torch::set_num_threads(threads);
  using SetThreads = void (*)(int);
  if (const auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads")))
    set(threads);
}

}  // namespace missmodal::trainer
