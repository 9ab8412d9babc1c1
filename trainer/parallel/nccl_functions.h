#pragma once
// The few functions of NCCL and CUDA streams that NcclCommunicator calls, with handles of our own: bound to
// the real ones in nccl_binding.cpp, to a double over host memory in the tests. None of them blocks, but
// abort().

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "trainer/parallel/communicator.h"

namespace missmodal::trainer {

struct NcclGroup;   // an ncclComm_t
struct NcclStream;  // a cudaStream_t; null is CUDA's default stream
struct NcclEvent;   // a cudaEvent_t

using NcclId = std::array<std::byte, 128>;

struct NcclAnswer {
  enum class State { done, in_progress, failed };
  State state = State::done;
  std::string text;  // where it failed: the call and the library's words
};

// Of one device. Any thread may call, one at a time for each group.
class NcclFunctions {
 public:
  virtual ~NcclFunctions() = default;

  virtual NcclAnswer make_id(NcclId& id) = 0;
  // Begins to join this member into the group: `group` may be polled, and used once poll() says done.
  virtual NcclAnswer start(const NcclId& id, int size, int rank, NcclGroup*& group) = 0;
  // Whether the last call for this group has been carried out, or anything of the group has failed since.
  virtual NcclAnswer poll(NcclGroup* group) = 0;

  // Each enqueues on `stream`; where it answers in_progress it has done so when poll() says done. The memory
  // is the device's.
  virtual NcclAnswer all_reduce(NcclGroup* group, const Buffer& buffer, NcclStream* stream) = 0;
  virtual NcclAnswer all_gather(NcclGroup* group, const Buffer& mine, std::span<const std::size_t> counts,
                                const Buffer& all, NcclStream* stream) = 0;
  virtual NcclAnswer broadcast(NcclGroup* group, const Buffer& buffer, int root, NcclStream* stream) = 0;

  // Ends the group in peace: poll() says done when nobody needs this member any more; then destroy() frees
  // it.
  virtual NcclAnswer finish(NcclGroup* group) = 0;
  virtual void destroy(NcclGroup* group) = 0;
  // Ends whatever the group does on the device, and frees it. May block, even for ever.
  virtual void abort(NcclGroup* group) = 0;

  virtual NcclAnswer make_stream(NcclStream*& stream) = 0;  // of high priority
  virtual void free_stream(NcclStream* stream) = 0;
  virtual NcclAnswer make_event(NcclEvent*& event) = 0;
  virtual void free_event(NcclEvent* event) = 0;
  virtual NcclAnswer record(NcclEvent* event, NcclStream* stream) = 0;
  virtual NcclAnswer query(NcclEvent* event) = 0;  // done: everything enqueued before record() is
  virtual NcclAnswer wait_for(NcclStream* stream, NcclEvent* event) = 0;  // makes the stream wait
};

}  // namespace missmodal::trainer
