#include "coordinator/seats.h"

#include <fmt/format.h>

#include <algorithm>

#include "sweeps/error.h"

namespace missmodal::coordinator {
namespace {

constexpr int kAnyHost = std::numeric_limits<int>::min();

}  // namespace

bool Seats::open(const Seat& seat) const {
  return !seat.idle.empty() &&
         (seat.limits.empty() || *seat.limits.begin() > static_cast<int>(seat.limits.size()));
}

// What a seat's change does to the counts of its host and pool.
template <typename Change>
void Seats::change(int index, Change change) {
  Seat& seat = seats_[static_cast<std::size_t>(index)];
  Host& host = hosts_[static_cast<std::size_t>(seat.host)];
  Pool& pool = pools_.at(host.kind);
  const bool was_open = open(seat);
  const bool was_taken = !seat.ranks.empty();
  change(seat);
  const int opened = static_cast<int>(open(seat)) - static_cast<int>(was_open);
  const int taken = static_cast<int>(!seat.ranks.empty()) - static_cast<int>(was_taken);
  if (opened != 0) {
    pool.by_open.erase({host.open, seat.host});
    pool.by_open.insert({host.open += opened, seat.host});
    pool.open += opened;
  }
  if (taken != 0) {
    pool.by_taken.erase({host.taken, seat.host});
    pool.by_taken.insert({host.taken += taken, seat.host});
    pool.taken += taken;
  }
}

void Seats::sit(int rank, const std::string& host_name, const std::string& device) {
  MISSMODAL_CHECK(!sits(rank));
  const std::string kind = device.starts_with("cuda") ? "cuda" : "cpu";
  const auto [host, new_host] = host_of_.try_emplace({kind, host_name}, static_cast<int>(hosts_.size()));
  if (new_host) hosts_.push_back({kind, {}});
  const std::string place = kind == "cuda" ? device : fmt::format("cpu of rank {}", rank);
  const auto [seat, new_seat] = seat_at_.try_emplace({host->second, place}, static_cast<int>(seats_.size()));
  Pool& pool = pools_[kind];
  if (new_seat) {
    seats_.push_back({host->second, {}, {}, {}});
    hosts_[static_cast<std::size_t>(host->second)].seats.push_back(seat->second);
    ++pool.ever;
  }
  sitters_[rank] = {seat->second, std::nullopt};
  change(seat->second, [&](Seat& at) {
    at.ranks.insert(rank);
    at.idle.insert(rank);
  });
}

void Seats::leave(int rank) {
  const Sitter sitter = sitters_.at(rank);
  change(sitter.seat, [&](Seat& seat) {
    seat.ranks.erase(rank);
    seat.idle.erase(rank);
    if (sitter.limit) seat.limits.extract(*sitter.limit);
  });
  if (sitter.limit) --working_;
  sitters_.erase(rank);
}

void Seats::take(int rank, int most_on_device) {
  Sitter& sitter = sitters_.at(rank);
  MISSMODAL_CHECK(!sitter.limit);
  sitter.limit = most_on_device;
  ++working_;
  change(sitter.seat, [&](Seat& seat) {
    seat.idle.erase(rank);
    seat.limits.insert(most_on_device);
  });
}

void Seats::release(int rank) {
  Sitter& sitter = sitters_.at(rank);
  MISSMODAL_CHECK(sitter.limit);
  change(sitter.seat, [&](Seat& seat) {
    seat.idle.insert(rank);
    seat.limits.extract(*sitter.limit);
  });
  sitter.limit.reset();
  --working_;
}

bool Seats::idle(int rank) const {
  const auto sitter = sitters_.find(rank);
  return sitter != sitters_.end() && !sitter->second.limit;
}

std::vector<int> Seats::idle_of(const std::string& kind) const {
  std::vector<int> ranks;
  for (const Host& host : hosts_) {
    if (host.kind != kind) continue;
    for (const int seat : host.seats) {
      const std::set<int>& idle = seats_[static_cast<std::size_t>(seat)].idle;
      ranks.insert(ranks.end(), idle.begin(), idle.end());
    }
  }
  std::sort(ranks.begin(), ranks.end());
  return ranks;
}

int Seats::seats(const std::string& kind, const std::set<int>& except) const {
  const auto pool = pools_.find(kind);
  if (pool == pools_.end()) return 0;
  std::map<int, std::size_t> excepted;  // by seat
  for (const int rank : except) {
    const auto sitter = sitters_.find(rank);
    if (sitter != sitters_.end()) ++excepted[sitter->second.seat];
  }
  int count = pool->second.taken;
  for (const auto& [index, ranks] : excepted) {
    const Seat& seat = seats_[static_cast<std::size_t>(index)];
    if (ranks == seat.ranks.size() && hosts_[static_cast<std::size_t>(seat.host)].kind == kind) --count;
  }
  return count;
}

int Seats::seats_ever(const std::string& kind) const {
  const auto pool = pools_.find(kind);
  return pool == pools_.end() ? 0 : pool->second.ever;
}

int Seats::open_seats(const std::string& kind) const {
  const auto pool = pools_.find(kind);
  return pool == pools_.end() ? 0 : pool->second.open;
}

bool Seats::could(int index, const GangNeed& need) const {
  const Seat& seat = seats_[static_cast<std::size_t>(index)];
  return std::any_of(seat.ranks.begin(), seat.ranks.end(),
                     [&](int rank) { return !need.avoid.contains(rank); });
}

bool Seats::fits(int index, const GangNeed& need, const std::set<int>& closed) const {
  const Seat& seat = seats_[static_cast<std::size_t>(index)];
  return open(seat) && static_cast<int>(seat.limits.size()) < need.most_on_device &&
         !closed.contains(index) && std::any_of(seat.idle.begin(), seat.idle.end(), [&](int rank) {
           return !need.avoid.contains(rank);
         });
}

std::vector<int> Seats::fitting(int host, const GangNeed& need, const std::set<int>& closed) const {
  std::vector<int> seats;
  for (const int seat : hosts_[static_cast<std::size_t>(host)].seats) {
    if (fits(seat, need, closed)) seats.push_back(seat);
  }
  sort_by_load(seats);
  return seats;
}

// Those with the fewest trials first.
void Seats::sort_by_load(std::vector<int>& seats) const {
  std::stable_sort(seats.begin(), seats.end(), [&](int a, int b) {
    return seats_[static_cast<std::size_t>(a)].limits.size() <
           seats_[static_cast<std::size_t>(b)].limits.size();
  });
}

int Seats::could_on(int host, const GangNeed& need) const {
  const std::vector<int>& seats = hosts_[static_cast<std::size_t>(host)].seats;
  return static_cast<int>(
      std::count_if(seats.begin(), seats.end(), [&](int seat) { return could(seat, need); }));
}

bool Seats::one_host_has(const Pool& pool, const GangNeed& need) const {
  for (auto at = pool.by_taken.rbegin(); at != pool.by_taken.rend() && at->first >= need.ranks; ++at) {
    if (need.avoid.empty() || could_on(at->second, need) >= need.ranks) return true;
  }
  return false;
}

std::vector<int> Seats::ranks_on(const std::vector<int>& seats, const GangNeed& need) const {
  std::vector<int> ranks;
  for (const int seat : seats) {
    const std::set<int>& idle = seats_[static_cast<std::size_t>(seat)].idle;
    ranks.push_back(
        *std::find_if(idle.begin(), idle.end(), [&](int rank) { return !need.avoid.contains(rank); }));
  }
  std::sort(ranks.begin(), ranks.end());
  return ranks;
}

std::vector<int> Seats::gang(const std::string& kind, const GangNeed& need,
                             const std::set<int>& closed) const {
  const auto found = pools_.find(kind);
  if (found == pools_.end() || found->second.open < need.ranks) return {};
  const Pool& pool = found->second;
  const auto count = static_cast<std::size_t>(need.ranks);
  if (one_host_has(pool, need)) {
    for (auto at = pool.by_open.lower_bound({need.ranks, kAnyHost}); at != pool.by_open.end(); ++at) {
      std::vector<int> seats = fitting(at->second, need, closed);
      if (seats.size() < count) continue;
      seats.resize(count);
      return ranks_on(seats, need);
    }
    return {};
  }
  std::vector<int> ranks;
  for (auto at = pool.by_open.rbegin(); at != pool.by_open.rend() && at->first > 0; ++at) {
    std::vector<int> seats = fitting(at->second, need, closed);
    if (seats.size() > count - ranks.size()) seats.resize(count - ranks.size());
    const std::vector<int> here = ranks_on(seats, need);
    ranks.insert(ranks.end(), here.begin(), here.end());
    if (ranks.size() == count) return ranks;
  }
  return {};
}

std::set<int> Seats::future(const std::string& kind, const GangNeed& need) const {
  const auto found = pools_.find(kind);
  if (found == pools_.end()) return {};
  const Pool& pool = found->second;
  const bool one_host = one_host_has(pool, need);
  std::vector<int> chosen;
  const auto add_host = [&](int host) {
    std::vector<int> open_now;
    std::vector<int> later;
    for (const int seat : hosts_[static_cast<std::size_t>(host)].seats) {
      if (could(seat, need)) (fits(seat, need, {}) ? open_now : later).push_back(seat);
    }
    sort_by_load(later);
    open_now.insert(open_now.end(), later.begin(), later.end());
    if (one_host && static_cast<int>(open_now.size()) < need.ranks) return;
    chosen.insert(chosen.end(), open_now.begin(), open_now.end());
  };
  // The host with the most open seats is likely to be free first.
  for (auto at = pool.by_open.rbegin(); at != pool.by_open.rend(); ++at) {
    if (static_cast<int>(chosen.size()) >= need.ranks) break;
    add_host(at->second);
  }
  if (static_cast<int>(chosen.size()) < need.ranks) return {};
  return {chosen.begin(), chosen.begin() + need.ranks};
}

bool Seats::still_future(const std::string& kind, const GangNeed& need, const std::set<int>& seats) const {
  const auto found = pools_.find(kind);
  if (found == pools_.end() || static_cast<int>(seats.size()) != need.ranks) return false;
  std::set<int> hosts;
  for (const int seat : seats) {
    const int host = seats_[static_cast<std::size_t>(seat)].host;
    if (!could(seat, need) || hosts_[static_cast<std::size_t>(host)].kind != kind) return false;
    hosts.insert(host);
  }
  return hosts.size() == 1 || !one_host_has(found->second, need);
}

}  // namespace missmodal::coordinator
