#include "worker/gang.h"

#ifdef MISSMODAL_WITH_CUDA
#include <c10/cuda/CUDAStream.h>
#endif

#include <chrono>
#include <utility>

#include "trainer/parallel/alone.h"
#include "trainer/parallel/message_communicator.h"
#include "trainer/parallel/nccl_binding.h"
#include "trainer/parallel/nccl_communicator.h"
#include "trainer/parallel/shared_communicator.h"
#include "worker/worker_fault.h"

namespace missmodal::worker {
namespace {

std::unique_ptr<trainer::Communicator> join_gpus(const Errand& errand, torch::Device device,
                                                 std::chrono::seconds limit) {
#ifdef MISSMODAL_WITH_CUDA
  std::shared_ptr<trainer::NcclFunctions> nccl;
  try {
    nccl = trainer::bind_nccl(device.index());
  } catch (const RunError& error) {  // no other trial would fare better here
    throw WorkerFault(error.what());
  }
  auto* compute =
      reinterpret_cast<trainer::NcclStream*>(c10::cuda::getCurrentCUDAStream(device.index()).stream());
  return std::make_unique<trainer::NcclCommunicator>(errand.exchange, std::move(nccl), compute, limit);
#else
  static_cast<void>(errand), static_cast<void>(limit);
  throw WorkerFault(device.str() + ": this program was built without CUDA");
#endif
}

}  // namespace

std::unique_ptr<trainer::Communicator> join_gang(Errand& errand, torch::Device device) {
  if (!errand.exchange) return std::make_unique<trainer::Alone>();
  const std::chrono::seconds limit(errand.assign.collective_seconds);
  if (device.is_cuda()) return join_gpus(errand, device, limit);
  auto messages = std::make_unique<trainer::MessageCommunicator>(errand.exchange, limit);
  const Surrender::Way way(errand.surrender, [&joining = *messages] { joining.abort(); });
  return trainer::SharedCommunicator::over(std::move(messages));
}

}  // namespace missmodal::worker
