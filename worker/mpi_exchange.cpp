#include "worker/mpi_exchange.h"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "sweeps/error.h"
#include "worker/mpi_call.h"

namespace missmodal::worker {
namespace {

using trainer::Bytes;
using trainer::Lane;
using trainer::Transfer;
using trainer::TransferRef;

constexpr int kFirstTag = 16;  // below are the transport's own
// How often to look after what may never end.
constexpr std::chrono::milliseconds kGravePace{100};
// Of how many gangs, and how long, a member that has gone takes in what its mates still send.
constexpr std::size_t kGravesKept = 8;
constexpr std::chrono::minutes kGraveKept{2};

int largest_tag() {
  void* value = nullptr;
  int found = 0;
  check_mpi(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &value, &found), "MPI_Comm_get_attr");
  return found ? *static_cast<int*>(value) : 32767;  // what every MPI allows
}

struct Wanted {
  bool receives = false;
  int place = 0;
  Lane lane = Lane::parts;
  Bytes bytes;
  std::shared_ptr<Transfer> transfer;
};

// What a training's thread and the transport's share.
struct Door {
  Door(std::vector<int> members, int self, int first_tag, std::shared_ptr<Bell> rung)
      : ranks(std::move(members)), place(self), tag(first_tag), bell(std::move(rung)) {}

  const std::vector<int> ranks;  // by place
  const int place;
  const int tag;  // of the first lane
  const std::shared_ptr<Bell> bell;

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Wanted> wanted;             // not yet handed to MPI
  std::span<const TransferRef> all, any;  // what is waited for
  std::string trouble;
  bool aborted = false;
  bool closed = false;
  bool waiting = false;
  std::atomic<bool> urgent = false;  // what is waited for is more than a note, which mostly never comes

  bool ends_wait() const { return aborted || !trouble.empty() || trainer::settled(all, any); }

  // After transfers were marked as done.
  void look() {
    const std::lock_guard lock(mutex);
    if (waiting && ends_wait()) changed.notify_all();
  }
  void fail(const std::string& reason) {
    const std::lock_guard lock(mutex);
    if (trouble.empty()) trouble = reason;
    changed.notify_all();
  }
};

class MpiExchange : public trainer::Exchange {
 public:
  explicit MpiExchange(std::shared_ptr<Door> door) : door_(std::move(door)) {}
  ~MpiExchange() override {
    {
      const std::lock_guard lock(door_->mutex);
      door_->closed = true;
    }
    door_->bell->ring();
  }
  int rank() const override { return door_->place; }
  int size() const override { return static_cast<int>(door_->ranks.size()); }

  TransferRef send(int to, Lane lane, Bytes bytes) override {
    return want(false, to, lane, std::move(bytes));
  }
  TransferRef receive(int from, Lane lane, Bytes bytes) override {
    return want(true, from, lane, std::move(bytes));
  }

  void wait(std::span<const TransferRef> all, std::span<const TransferRef> any,
            Clock::time_point deadline) override {
    std::unique_lock lock(door_->mutex);
    door_->all = all;
    door_->any = any;
    if (!door_->ends_wait()) {
      door_->waiting = true;
      door_->urgent = !all.empty();
      if (door_->urgent) door_->bell->ring();
      door_->changed.wait_until(lock, deadline, [&] { return door_->ends_wait(); });
      door_->waiting = door_->urgent = false;
    }
    door_->all = door_->any = {};
    if (!door_->trouble.empty()) throw RunError(door_->trouble);
  }

  void abort() override {
    const std::lock_guard lock(door_->mutex);
    door_->aborted = true;
    door_->changed.notify_all();
  }

 private:
  TransferRef want(bool receives, int place, Lane lane, Bytes bytes) {
    trainer::check_transfer(*this, place, bytes);
    auto transfer = std::make_shared<Transfer>();
    bool first = false;
    {
      const std::lock_guard lock(door_->mutex);
      first = door_->wanted.empty();
      door_->wanted.push_back({receives, place, lane, std::move(bytes), transfer});
    }
    if (first) door_->bell->ring();
    return transfer;
  }

  std::shared_ptr<Door> door_;
};

// A gang that this rank has left.
struct Grave {
  std::shared_ptr<Door> door;
  std::chrono::steady_clock::time_point until;
};

// Requests in one array, as MPI_Testsome wants them, and what belongs to each.
class Requests {
 public:
  struct Entry {
    std::shared_ptr<Door> door;
    Wanted wanted;
  };

  bool empty() const { return requests_.empty(); }

  void add(MPI_Request request, Entry entry) {
    requests_.push_back(request);
    entries_.push_back(std::move(entry));
  }

  // Takes out those that `choose(entry)` wants and hands each to `take(request, entry)`.
  template <typename Choose, typename Take>
  void take_if(Choose choose, Take take) {
    for (std::size_t i = requests_.size(); i-- > 0;) {
      if (choose(entries_[i])) take(requests_[i], remove(i));
    }
  }

  // Hands what is done to `take(entry, status, code)`, in no particular order.
  template <typename Take>
  void take_done(Take take) {
    if (requests_.empty()) return;
    const auto count = static_cast<int>(requests_.size());
    indices_.resize(requests_.size());
    statuses_.resize(requests_.size());
    int done = 0;
    const int code = MPI_Testsome(count, requests_.data(), &done, indices_.data(), statuses_.data());
    if (code != MPI_SUCCESS && code != MPI_ERR_IN_STATUS) check_mpi(code, "MPI_Testsome");
    if (done == MPI_UNDEFINED) return;
    std::vector<std::pair<int, int>> order;  // the largest index first: removing moves what lies behind it
    for (int i = 0; i < done; ++i) order.emplace_back(indices_[static_cast<std::size_t>(i)], i);
    std::sort(order.rbegin(), order.rend());
    for (const auto& [index, i] : order) {
      const MPI_Status& status = statuses_[static_cast<std::size_t>(i)];
      take(remove(static_cast<std::size_t>(index)), status,
           code == MPI_ERR_IN_STATUS ? status.MPI_ERROR : MPI_SUCCESS);
    }
  }

 private:
  Entry remove(std::size_t i) {
    Entry entry = std::move(entries_[i]);
    requests_[i] = requests_.back();
    if (i + 1 < entries_.size()) entries_[i] = std::move(entries_.back());
    requests_.pop_back();
    entries_.pop_back();
    return entry;
  }

  std::vector<MPI_Request> requests_;
  std::vector<Entry> entries_;
  std::vector<int> indices_;
  std::vector<MPI_Status> statuses_;
};

}  // namespace

class MpiExchanges::Traffic {
 public:
  explicit Traffic(std::shared_ptr<Bell> bell) : bell_(std::move(bell)) {
    check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
    gangs_ = (largest_tag() - kFirstTag + 1) / trainer::kLaneCount;
  }

  std::shared_ptr<trainer::Exchange> open(std::int64_t assignment, std::vector<int> ranks) {
    const auto self = std::find(ranks.begin(), ranks.end(), rank_);
    MISSMODAL_CHECK(self != ranks.end());
    const auto place = static_cast<int>(self - ranks.begin());
    const auto tag = static_cast<int>(kFirstTag + assignment % gangs_ * trainer::kLaneCount);
    doors_.push_back(std::make_shared<Door>(std::move(ranks), place, tag, bell_));
    return std::make_shared<MpiExchange>(doors_.back());
  }

  void progress() {
    for (std::size_t i = 0; i < doors_.size();) {
      const bool closed = hand_over(doors_[i]);
      if (closed) {
        bury(doors_[i]);
        doors_.erase(doors_.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
    open_.take_done([this](const Requests::Entry& entry, const MPI_Status& status, int code) {
      finish(entry, status, code);
    });
    visit_graves();
  }

  std::optional<std::chrono::microseconds> pace(Clock::time_point now) const {
    using std::chrono::microseconds;
    const bool urgent =
        std::any_of(doors_.begin(), doors_.end(), [](const auto& door) { return door->urgent.load(); });
    if (!urgent && data_open_ == 0) return std::nullopt;
    // A transfer takes tens of microseconds, a mate that is late for it takes as long as its batch.
    const auto quiet = std::chrono::duration_cast<microseconds>(now - last_moved_);
    if (urgent) {
      if (quiet < microseconds(100)) return microseconds(0);
      return std::clamp(quiet / 50, microseconds(20), microseconds(1000));
    }
    return std::clamp(quiet / 20, microseconds(50), microseconds(1000));  // the training computes meanwhile
  }

 private:
  // Whether the door is closed.
  bool hand_over(const std::shared_ptr<Door>& door) {
    std::vector<Wanted> wanted;
    bool closed = false;
    {
      const std::lock_guard lock(door->mutex);
      wanted.swap(door->wanted);
      closed = door->closed;
    }
    for (Wanted& one : wanted) begin(door, std::move(one));
    return closed;
  }

  void begin(const std::shared_ptr<Door>& door, Wanted wanted) {
    const int peer = door->ranks[static_cast<std::size_t>(wanted.place)];
    const int tag = door->tag + static_cast<int>(wanted.lane);
    const auto count = static_cast<int>(wanted.bytes.count);
    MPI_Request request = MPI_REQUEST_NULL;
    try {
      if (wanted.receives) {
        check_mpi(MPI_Irecv(wanted.bytes.data.get(), count, MPI_BYTE, peer, tag, MPI_COMM_WORLD, &request),
                  "MPI_Irecv");
      } else {
        check_mpi(MPI_Isend(wanted.bytes.data.get(), count, MPI_BYTE, peer, tag, MPI_COMM_WORLD, &request),
                  "MPI_Isend");
      }
    } catch (const RunError& error) {
      door->fail(fmt::format("place {}, rank {}: {}", wanted.place, peer, error.what()));
      return;
    }
    if (wanted.lane != Lane::notes) {
      ++data_open_;
      last_moved_ = Clock::now();
    }
    open_.add(request, {door, std::move(wanted)});
  }

  void finish(const Requests::Entry& entry, const MPI_Status& status, int code) {
    const Wanted& wanted = entry.wanted;
    if (wanted.lane != Lane::notes) --data_open_;
    last_moved_ = Clock::now();
    int count = 0;
    if (code == MPI_SUCCESS && wanted.receives) MPI_Get_count(&status, MPI_BYTE, &count);
    if (code != MPI_SUCCESS) {
      try {
        check_mpi(code, "MPI_Testsome");
      } catch (const RunError& error) {
        entry.door->fail(fmt::format("place {}: {}", wanted.place, error.what()));
      }
    } else if (wanted.receives && count != static_cast<int>(wanted.bytes.count)) {
      entry.door->fail(
          fmt::format("place {} sent {} bytes, {} were expected", wanted.place, count, wanted.bytes.count));
    } else {
      wanted.transfer->finish();
      entry.door->look();
    }
  }

  // Nobody waits for these any more, but MPI may still touch their memory.
  void bury(const std::shared_ptr<Door>& door) {
    open_.take_if([&](const Requests::Entry& entry) { return entry.door == door; },
                  [this](MPI_Request request, Requests::Entry entry) {
                    // A mate's last note still comes, unless the mate died; uncancelled it is taken in, and
                    // does not lie in MPI's queue for ever.
                    if (entry.wanted.receives && entry.wanted.lane != Lane::notes) MPI_Cancel(&request);
                    if (entry.wanted.lane != Lane::notes) --data_open_;
                    buried_.add(request, std::move(entry));
                  });
    graves_.push_back({door, Clock::now() + kGraveKept});
    if (graves_.size() > kGravesKept) graves_.pop_front();
  }

  void visit_graves() {
    if (graves_.empty() && buried_.empty()) return;
    const auto now = Clock::now();
    if (now < next_visit_) return;
    next_visit_ = now + kGravePace;
    while (!graves_.empty() && graves_.front().until < now) graves_.pop_front();
    for (const Grave& grave : graves_) drain(grave.door);
    buried_.take_done([](const Requests::Entry&, const MPI_Status&, int) {});
  }

  // A mate of a broken gang may have sent what was never asked for: its gradients would stay in its memory.
  void drain(const std::shared_ptr<Door>& door) {
    for (int place = 0; place < static_cast<int>(door->ranks.size()); ++place) {
      if (place == door->place) continue;
      for (const Lane lane : {Lane::parts, Lane::results}) {
        while (take_in(door, place, lane)) continue;
      }
    }
  }

  bool take_in(const std::shared_ptr<Door>& door, int place, Lane lane) {
    int found = 0;
    MPI_Message message = MPI_MESSAGE_NULL;
    MPI_Status status{};
    check_mpi(MPI_Improbe(door->ranks[static_cast<std::size_t>(place)], door->tag + static_cast<int>(lane),
                          MPI_COMM_WORLD, &found, &message, &status),
              "MPI_Improbe");
    if (!found) return false;
    int count = 0;
    check_mpi(MPI_Get_count(&status, MPI_BYTE, &count), "MPI_Get_count");
    const auto memory =
        std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(std::max(count, 0)));
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(MPI_Imrecv(memory->data(), count, MPI_BYTE, &message, &request), "MPI_Imrecv");
    buried_.add(request, {door, {true, place, lane, {memory, memory->size()}, std::make_shared<Transfer>()}});
    return true;
  }

  const std::shared_ptr<Bell> bell_;
  int rank_ = 0;
  std::int64_t gangs_ = 1;  // that have different tags
  std::vector<std::shared_ptr<Door>> doors_;
  Requests open_;
  Requests buried_;  // what nobody waits for any more
  std::deque<Grave> graves_;
  std::int64_t data_open_ = 0;  // of open_, without the notes, for which nobody waits
  Clock::time_point last_moved_;
  Clock::time_point next_visit_;
};

MpiExchanges::MpiExchanges(std::shared_ptr<Bell> bell)
    : traffic_(std::make_unique<Traffic>(std::move(bell))) {}
MpiExchanges::~MpiExchanges() = default;

std::shared_ptr<trainer::Exchange> MpiExchanges::open(std::int64_t assignment, std::vector<int> ranks) {
  return traffic_->open(assignment, std::move(ranks));
}

void MpiExchanges::progress() {
  traffic_->progress();
}

std::optional<std::chrono::microseconds> MpiExchanges::pace(Clock::time_point now) const {
  return traffic_->pace(now);
}

}  // namespace missmodal::worker
