#pragma once
// What the members of a gang, which train one trial together, compute together. A member is named by its
// place in the gang, 0 .. size()-1; places are no MPI ranks.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sweeps/error.h"

namespace missmodal::trainer {

// The gang is dead: a member did not answer in time, failed, or gave up. Whoever is left is free again; a new
// gang is another object.
class GroupBroken : public RunError {
 public:
  GroupBroken(const std::string& what, std::vector<int> silent)
      : RunError(what), silent_(std::move(silent)) {}
  // The places that owed something and said nothing at all within the limit, ascending. Empty where everybody
  // answered, as when one member gave up and said so.
  const std::vector<int>& silent() const { return silent_; }

 private:
  std::vector<int> silent_;
};

enum class ElementType { float32, float64, int64, byte };
std::size_t element_bytes(ElementType type);

// Memory that a collective reads or writes: the host's, or the device's where the communicator works on a
// device. The communicator keeps a share of it until nothing can touch it any more, which after a broken
// collective may be the end of the process; so a buffer must own its memory, never borrow it.
struct Buffer {
  std::shared_ptr<void> data;  // may be null where count is 0
  std::size_t count = 0;       // elements
  ElementType type = ElementType::float32;
  std::size_t bytes() const { return count * element_bytes(type); }
};

// Names one collective that was started; valid for the communicator that returned it.
struct Ticket {
  std::int64_t number = 0;
};

// Collective: every member makes the same calls in the same order with the same counts, types and roots. One
// thread uses the object; abort() alone may come from any.
//
// Nothing waits longer than the time limit given at construction, or a quarter more where members that owe
// something are asked whether they are still there. Whatever goes wrong is a GroupBroken, and from then on
// every call throws it again at once. Then the contents of buffers in use are undefined.
//
// Destroying it needs nobody: what was not waited for is given up, and the others hear that this member left.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;  // this member's place
  virtual int size() const = 0;

  // Begins to replace every member's buffer by the sum of them all, and returns at once: between CPUs added
  // in the order of places, on GPUs by a fixed algorithm; the same bits on every member and every time.
  // Nobody else touches the buffer until wait() returns. Several may be under way. Precondition: not of
  // bytes.
  virtual Ticket start_all_reduce(Buffer buffer) = 0;
  // Returns when that sum stands: for this thread, and on a device for what is enqueued on the compute stream
  // afterwards. A ticket is waited for at most once; others stay under way.
  virtual void wait(Ticket ticket) = 0;
  void all_reduce(Buffer buffer) { wait(start_all_reduce(std::move(buffer))); }

  // Lays the members' buffers one after the other, by place, into everybody's `all`. counts[p] elements come
  // from place p; some may be 0. Precondition: mine.count == counts[rank()], all.count is the sum of counts.
  virtual void all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) = 0;
  // Everybody gets the root's content.
  virtual void broadcast(Buffer buffer, int root) = 0;

  // Host memory whose sums are cheaper than those of any other, for as long as somebody keeps it; aligned for
  // every element type. Null where there is none. Collective: the same bytes, more than 0, on every member.
  virtual std::shared_ptr<void> memory(std::size_t bytes);

  // Gives the gang up, from any thread: a call under way and every later one throws GroupBroken.
  virtual void abort() = 0;
};

}  // namespace missmodal::trainer
