#include "sweeps/resources.h"

namespace missmodal::sweeps {

std::vector<Conflict> conflicts(const Configuration& configuration, const Resources& resources) {
  std::vector<Conflict> found;
  if (resources.device != "cpu") return found;
  if (configuration.training.precision == Precision::tf32) {
    found.push_back({{"training.precision", "resources.device"},
                     "must not be tf32 where resources.device is cpu: only a GPU has it; fp32 is the same "
                     "without one"});
  }
  if (resources.trials_per_gpu > 1) {
    found.push_back({{"resources.trials_per_gpu", "resources.device"},
                     "must be 1 where resources.device is cpu: there is no GPU to share"});
  }
  return found;
}

}  // namespace missmodal::sweeps
