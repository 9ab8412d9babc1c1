#include "coordinator/seats.h"

#include <fmt/format.h>

#include <algorithm>

#include "sweeps/error.h"

namespace missmodal::coordinator {
namespace {

constexpr int kAnyHost = std::numeric_limits<int>::min();

}  // namespace

const Seats::Sitter* Seats::sitter(int rank) const {
  const auto place = static_cast<std::size_t>(rank);
  return place < sitters_.size() && sitters_[place].seat != kNowhere ? &sitters_[place] : nullptr;
}

Seats::Sitter& Seats::sitting(int rank) {
  MISSMODAL_CHECK(sits(rank));
  return sitters_[static_cast<std::size_t>(rank)];
}

int Seats::running(const Seat& seat) const {
  return static_cast<int>(
      std::count_if(seat.ranks.begin(), seat.ranks.end(), [&](int rank) { return !idle(rank); }));
}

bool Seats::open(const Seat& seat) const {
  const int trials = running(seat);
  return trials < static_cast<int>(seat.ranks.size()) &&
         std::all_of(seat.ranks.begin(), seat.ranks.end(), [&](int rank) {
           const std::optional<int>& limit = sitter(rank)->limit;
           return !limit || *limit > trials;
         });
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
    if (host.open > 0) pool.by_open.erase({host.open, seat.host});
    host.open += opened;
    if (host.open > 0) pool.by_open.insert({host.open, seat.host});
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
    seats_.push_back({host->second, {}});
    hosts_[static_cast<std::size_t>(host->second)].seats.push_back(seat->second);
    ++pool.ever;
  }
  const auto place_of_rank = static_cast<std::size_t>(rank);
  if (place_of_rank >= sitters_.size()) sitters_.resize(place_of_rank + 1);
  ++seated_;
  change(seat->second, [&](Seat& at) {
    sitters_[place_of_rank] = {seat->second, std::nullopt};
    at.ranks.insert(std::upper_bound(at.ranks.begin(), at.ranks.end(), rank), rank);
  });
}

void Seats::leave(int rank) {
  Sitter& who = sitting(rank);
  if (who.limit) --working_;
  --seated_;
  change(who.seat, [&](Seat& seat) {
    seat.ranks.erase(std::find(seat.ranks.begin(), seat.ranks.end(), rank));
    who = {};
  });
}

void Seats::take(int rank, int most_on_device) {
  Sitter& who = sitting(rank);
  MISSMODAL_CHECK(!who.limit);
  ++working_;
  change(who.seat, [&](Seat&) { who.limit = most_on_device; });
}

void Seats::release(int rank) {
  Sitter& who = sitting(rank);
  MISSMODAL_CHECK(who.limit);
  --working_;
  change(who.seat, [&](Seat&) { who.limit.reset(); });
}

bool Seats::idle(int rank) const {
  const Sitter* const found = sitter(rank);
  return found != nullptr && !found->limit;
}

std::vector<int> Seats::idle_of(const std::string& kind) const {
  std::vector<int> ranks;
  for (const Host& host : hosts_) {
    if (host.kind != kind) continue;
    for (const int seat : host.seats) {
      for (const int rank : seats_[static_cast<std::size_t>(seat)].ranks) {
        if (idle(rank)) ranks.push_back(rank);
      }
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
    if (const Sitter* const found = sitter(rank)) ++excepted[found->seat];
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
  return open(seat) && running(seat) < need.most_on_device && !closed.contains(index) &&
         std::any_of(seat.ranks.begin(), seat.ranks.end(),
                     [&](int rank) { return idle(rank) && !need.avoid.contains(rank); });
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
    return running(seats_[static_cast<std::size_t>(a)]) < running(seats_[static_cast<std::size_t>(b)]);
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
    const std::vector<int>& here = seats_[static_cast<std::size_t>(seat)].ranks;
    ranks.push_back(*std::find_if(here.begin(), here.end(),
                                  [&](int rank) { return idle(rank) && !need.avoid.contains(rank); }));
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
  for (auto at = pool.by_open.rbegin(); at != pool.by_open.rend(); ++at) {
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
  const auto enough = [&] { return static_cast<int>(chosen.size()) >= need.ranks; };
  for (auto at = pool.by_open.rbegin(); at != pool.by_open.rend() && !enough(); ++at) add_host(at->second);
  for (std::size_t host = hosts_.size(); host-- > 0 && !enough();) {
    if (hosts_[host].open == 0 && hosts_[host].kind == kind) add_host(static_cast<int>(host));
  }
  if (!enough()) return {};
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
