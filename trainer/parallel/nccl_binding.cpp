// The only file that sees NCCL's and CUDA's headers. The handles of nccl_functions.h are theirs under another
// name.

#include "trainer/parallel/nccl_binding.h"

#include <cuda_runtime.h>
#include <fmt/format.h>
#include <nccl.h>

#include <cstdlib>
#include <cstring>

namespace missmodal::trainer {
namespace {

using State = NcclAnswer::State;

// Where NCCL keeps its handle: it may write there from a thread of its own until the group has been joined.
struct Slot {
  ncclComm_t group = nullptr;
};

Slot* slot(NcclGroup* group) {
  return reinterpret_cast<Slot*>(group);
}
ncclComm_t real(NcclGroup* group) {
  return slot(group)->group;
}
cudaStream_t real(NcclStream* stream) {
  return reinterpret_cast<cudaStream_t>(stream);
}
cudaEvent_t real(NcclEvent* event) {
  return reinterpret_cast<cudaEvent_t>(event);
}

NcclAnswer answer(const char* call, cudaError_t code) {
  if (code == cudaSuccess) return {};
  if (code == cudaErrorNotReady) return {State::in_progress, ""};
  return {State::failed, fmt::format("{}: {}", call, cudaGetErrorString(code))};
}

NcclAnswer answer(const char* call, ncclResult_t code, ncclComm_t group) {
  if (code == ncclSuccess) return {};
#if NCCL_VERSION_CODE >= NCCL_VERSION(2, 14, 0)
  if (code == ncclInProgress) return {State::in_progress, ""};
#endif
  std::string text = fmt::format("{}: {}", call, ncclGetErrorString(code));
#if NCCL_VERSION_CODE >= NCCL_VERSION(2, 13, 0)
  if (const char* last = ncclGetLastError(group); last != nullptr && *last != '\0')
    text += fmt::format(": {}", last);
#else
  (void)group;
#endif
  return {State::failed, text};
}

ncclDataType_t real(ElementType type) {
  switch (type) {
    case ElementType::float32:
      return ncclFloat32;
    case ElementType::float64:
      return ncclFloat64;
    case ElementType::int64:
      return ncclInt64;
    case ElementType::byte:
      return ncclUint8;
  }
  return ncclUint8;
}

class RealNccl : public NcclFunctions {
 public:
  explicit RealNccl(int device) : device_(device) {
    setenv("NCCL_ALGO", "Ring", /*overwrite=*/0);
    setenv("NCCL_PROTO", "Simple", /*overwrite=*/0);
  }

  NcclAnswer make_id(NcclId& id) override {
    static_assert(sizeof(ncclUniqueId) == sizeof(NcclId));
    enter();
    ncclUniqueId made;
    const ncclResult_t code = ncclGetUniqueId(&made);
    std::memcpy(id.data(), &made, sizeof made);
    return answer("ncclGetUniqueId", code, nullptr);
  }

  NcclAnswer start(const NcclId& id, int size, int rank, NcclGroup*& group) override {
    enter();
    ncclUniqueId known;
    std::memcpy(&known, id.data(), sizeof known);
    auto made = std::make_unique<Slot>();
#if NCCL_VERSION_CODE >= NCCL_VERSION(2, 14, 0)
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    const ncclResult_t code = ncclCommInitRankConfig(&made->group, size, known, rank, &config);
#else
    const ncclResult_t code =
        ncclCommInitRank(&made->group, size, known, rank);  // waits for the others without a limit
#endif
    NcclAnswer started = answer("ncclCommInitRankConfig", code, made->group);
    if (made->group != nullptr) group = reinterpret_cast<NcclGroup*>(made.release());
    return started;
  }

  NcclAnswer poll(NcclGroup* group) override {
    ncclResult_t state = ncclSuccess;
    const ncclResult_t code = ncclCommGetAsyncError(real(group), &state);
    if (code != ncclSuccess) return answer("ncclCommGetAsyncError", code, real(group));
    return answer("NCCL", state, real(group));
  }

  NcclAnswer all_reduce(NcclGroup* group, const Buffer& buffer, NcclStream* stream) override {
    enter();
    void* data = buffer.data.get();
    return answer(
        "ncclAllReduce",
        ncclAllReduce(data, data, buffer.count, real(buffer.type), ncclSum, real(group), real(stream)),
        real(group));
  }

  // Uneven parts are as many broadcasts, which NCCL carries out as one.
  NcclAnswer all_gather(NcclGroup* group, const Buffer& mine, std::span<const std::size_t> counts,
                        const Buffer& all, NcclStream* stream) override {
    enter();
    const ncclResult_t started = ncclGroupStart();
    if (started != ncclSuccess) return answer("ncclGroupStart", started, real(group));
    NcclAnswer part;
    auto* next = static_cast<std::byte*>(all.data.get());
    for (std::size_t place = 0; place < counts.size(); ++place) {
      if (counts[place] > 0 && part.state != State::failed) {
        const void* from = mine.count > 0 ? mine.data.get() : next;
        part = answer("ncclBroadcast",
                      ncclBroadcast(from, next, counts[place], real(mine.type), static_cast<int>(place),
                                    real(group), real(stream)),
                      real(group));
      }
      next += counts[place] * element_bytes(mine.type);
    }
    const ncclResult_t ended = ncclGroupEnd();
    return part.state == State::failed ? part : answer("ncclGroupEnd", ended, real(group));
  }

  NcclAnswer broadcast(NcclGroup* group, const Buffer& buffer, int root, NcclStream* stream) override {
    enter();
    void* data = buffer.data.get();
    return answer("ncclBroadcast",
                  ncclBroadcast(data, data, buffer.count, real(buffer.type), root, real(group), real(stream)),
                  real(group));
  }

  NcclAnswer finish(NcclGroup* group) override {
    enter();
#if NCCL_VERSION_CODE >= NCCL_VERSION(2, 14, 0)
    return answer("ncclCommFinalize", ncclCommFinalize(real(group)), real(group));
#else
    (void)group;
    return {};
#endif
  }
  void destroy(NcclGroup* group) override {
    enter();
    ncclCommDestroy(real(group));
    delete slot(group);
  }
  void abort(NcclGroup* group) override {
    enter();
    ncclCommAbort(real(group));
    delete slot(group);
  }

  NcclAnswer make_stream(NcclStream*& stream) override {
    enter();
    int least = 0;
    int greatest = 0;
    const cudaError_t ranged = cudaDeviceGetStreamPriorityRange(&least, &greatest);
    if (ranged != cudaSuccess) return answer("cudaDeviceGetStreamPriorityRange", ranged);
    cudaStream_t made = nullptr;
    const cudaError_t code = cudaStreamCreateWithPriority(&made, cudaStreamNonBlocking, greatest);
    stream = reinterpret_cast<NcclStream*>(made);
    return answer("cudaStreamCreateWithPriority", code);
  }
  void free_stream(NcclStream* stream) override {
    enter();
    cudaStreamDestroy(real(stream));
  }
  NcclAnswer make_event(NcclEvent*& event) override {
    enter();
    cudaEvent_t made = nullptr;
    const cudaError_t code = cudaEventCreateWithFlags(&made, cudaEventDisableTiming);
    event = reinterpret_cast<NcclEvent*>(made);
    return answer("cudaEventCreateWithFlags", code);
  }
  void free_event(NcclEvent* event) override {
    enter();
    cudaEventDestroy(real(event));
  }
  NcclAnswer record(NcclEvent* event, NcclStream* stream) override {
    enter();
    return answer("cudaEventRecord", cudaEventRecord(real(event), real(stream)));
  }
  NcclAnswer query(NcclEvent* event) override {
    enter();
    return answer("cudaEventQuery", cudaEventQuery(real(event)));
  }
  NcclAnswer wait_for(NcclStream* stream, NcclEvent* event) override {
    enter();
    return answer("cudaStreamWaitEvent", cudaStreamWaitEvent(real(stream), real(event), 0));
  }

 private:
  // Each thread has a current device of its own. Where it cannot be set, the call that follows fails.
  void enter() const {
    cudaSetDevice(device_);
  }

  const int device_;
};

}  // namespace

std::shared_ptr<NcclFunctions> bind_nccl(int device) {
  return std::make_shared<RealNccl>(device);
}

std::string nccl_built_with() {
  return fmt::format("{}.{}.{}", NCCL_MAJOR, NCCL_MINOR, NCCL_PATCH);
}

}  // namespace missmodal::trainer
