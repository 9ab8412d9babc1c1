#include "trainer/plateau_schedule.h"

namespace missmodal::trainer {

void PlateauSchedule::end_epoch(double valid_mae) {
  if (valid_mae < best_.item<double>() * (1 - plateau_.threshold)) {
    best_.fill_(valid_mae);
    waited_.zero_();
  } else if (waited_.add_(1).item<std::int64_t>() > plateau_.patience) {
    factor_.mul_(plateau_.factor);
    waited_.zero_();
  }
}

NamedTensors PlateauSchedule::state() const {
  return {{"plateau.factor", factor_}, {"plateau.best", best_}, {"plateau.waited", waited_}};
}

}  // namespace missmodal::trainer
