#pragma once
// Where the ranks sit, which of them are idle, and which of them can make a gang. A seat is what two members
// of a gang cannot share: a GPU, on which several ranks may sit, or a CPU rank by itself.

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace missmodal::coordinator {

// What a gang must be.
struct GangNeed {
  int ranks = 1;
  int most_on_device = std::numeric_limits<int>::max();  // trials on each of its seats, itself included
  std::set<int> avoid{};                                 // ranks that must not be in it
};

class Seats {
 public:
  // An idle rank sits down. `device`: "cpu", "cuda:1". Precondition: it sits nowhere.
  void sit(int rank, const std::string& host, const std::string& device);
  // Idle or not, it can be in no gang any more. Precondition: it sits.
  void leave(int rank);
  // It begins to train, with at most so many trials on its seat. Precondition: it is idle.
  void take(int rank, int most_on_device);
  // It is idle again. Precondition: it trains.
  void release(int rank);

  bool sits(int rank) const { return sitter(rank) != nullptr; }
  bool idle(int rank) const;
  int ranks() const { return seated_; }
  int working() const { return working_; }
  std::vector<int> idle_of(const std::string& kind) const;  // kind: "cpu", "cuda"

  // Seats with a rank that is none of these: the most ranks that any gang without them has.
  int seats(const std::string& kind, const std::set<int>& except = {}) const;
  // Seats that ever had a rank.
  int seats_ever(const std::string& kind) const;
  int open_seats(const std::string& kind) const;  // that would take another trial now

  // The ranks of a gang that can start now, its leader first; empty where there is none. Of one host where
  // any host has so many seats in total, then of the one that has the fewest to spare; else of as few hosts
  // as can be. `closed`: seats that are kept for others.
  std::vector<int> gang(const std::string& kind, const GangNeed& need, const std::set<int>& closed) const;

  // The seats on which such a gang can start at the latest when the trials that run now have ended, if no
  // other starts there; empty where the ranks can give none. Those that are open already come first.
  std::set<int> future(const std::string& kind, const GangNeed& need) const;
  // Whether these seats still are such.
  bool still_future(const std::string& kind, const GangNeed& need, const std::set<int>& seats) const;

 private:
  struct Seat {
    int host = 0;
    std::vector<int> ranks;  // that sit here, ascending
  };
  struct Host {
    std::string kind;
    std::vector<int> seats;
    int open = 0;
    int taken = 0;  // seats with a rank
  };
  struct Pool {                              // all hosts of one kind of device
    std::set<std::pair<int, int>> by_open;   // (open seats, host), of those that have any
    std::set<std::pair<int, int>> by_taken;  // (seats with a rank, host)
    int open = 0;
    int taken = 0;
    int ever = 0;
  };
  static constexpr int kNowhere = -1;
  struct Sitter {
    int seat = kNowhere;
    std::optional<int> limit;  // while it trains: of trials on its seat
  };

  const Sitter* sitter(int rank) const;  // nullptr: it sits nowhere
  Sitter& sitting(int rank);             // precondition: it sits
  int running(const Seat& seat) const;   // trials
  bool open(const Seat& seat) const;
  bool fits(int seat, const GangNeed& need, const std::set<int>& closed) const;
  bool could(int seat, const GangNeed& need) const;
  std::vector<int> fitting(int host, const GangNeed& need, const std::set<int>& closed) const;
  int could_on(int host, const GangNeed& need) const;
  bool one_host_has(const Pool& pool, const GangNeed& need) const;
  std::vector<int> ranks_on(const std::vector<int>& seats, const GangNeed& need) const;
  void sort_by_load(std::vector<int>& seats) const;
  template <typename Change>
  void change(int seat, Change change);

  std::vector<Seat> seats_;
  std::vector<Host> hosts_;
  std::map<std::pair<std::string, std::string>, int> host_of_;  // kind and name
  std::map<std::pair<int, std::string>, int> seat_at_;          // host and device
  std::map<std::string, Pool> pools_;                           // by kind
  std::vector<Sitter> sitters_;                                 // by rank
  int seated_ = 0;
  int working_ = 0;
};

}  // namespace missmodal::coordinator
