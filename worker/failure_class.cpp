#include "worker/failure_class.h"

#include <new>
#include <string_view>

#include "sweeps/error.h"
#include "worker/worker_fault.h"

namespace missmodal::worker {

sweeps::FailureClass failure_class(const std::exception& error) {
  using sweeps::FailureClass;
  if (dynamic_cast<const WorkerFault*>(&error) != nullptr) return FailureClass::worker_fault;
  if (dynamic_cast<const InputError*>(&error) != nullptr) return FailureClass::data_error;
  if (dynamic_cast<const RunError*>(&error) != nullptr) return FailureClass::run_error;
  const std::string_view text = error.what();
  const bool out_of_memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
                             text.find("out of memory") != std::string_view::npos ||
                             text.find("can't allocate memory") != std::string_view::npos;
  return out_of_memory ? FailureClass::out_of_memory : FailureClass::bug;
}

}  // namespace missmodal::worker
