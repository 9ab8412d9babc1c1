#pragma once
// What is known of ranks. They are small numbers, so each has its place, and nothing is searched for.

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::coordinator {

// As a std::map from rank to T in what it has: references stay valid, and ranks come in their order.
template <typename T>
class ByRank {
 public:
  bool contains(int rank) const { return find(rank) != nullptr; }
  std::size_t size() const { return size_; }

  // nullptr: nothing is known of it.
  const T* find(int rank) const {
    const auto place = static_cast<std::size_t>(rank);
    return place < places_.size() && places_[place] ? &places_[place]->second : nullptr;
  }
  T* find(int rank) { return const_cast<T*>(std::as_const(*this).find(rank)); }

  // Precondition: something is known of it.
  const T& at(int rank) const {
    const T* const found = find(rank);
    MISSMODAL_CHECK(found != nullptr);
    return *found;
  }
  T& at(int rank) { return const_cast<T&>(std::as_const(*this).at(rank)); }

  // From now on something is.
  T& operator[](int rank) {
    const auto place = static_cast<std::size_t>(rank);
    if (place >= places_.size()) places_.resize(place + 1);
    if (!places_[place]) {
      places_[place].emplace(rank, T());
      ++size_;
    }
    return places_[place]->second;
  }

  auto begin() { return Walk(places_.begin(), places_.end()); }
  auto end() { return Walk(places_.end(), places_.end()); }
  auto begin() const { return Walk(places_.begin(), places_.end()); }
  auto end() const { return Walk(places_.end(), places_.end()); }

 private:
  template <typename Place>
  class Walk {  // over the ranks of which something is known
   public:
    Walk(Place at, Place end) : at_(at), end_(end) { skip(); }
    auto& operator*() const { return **at_; }
    Walk& operator++() {
      ++at_;
      skip();
      return *this;
    }
    bool operator==(const Walk& other) const { return at_ == other.at_; }

   private:
    void skip() {
      while (at_ != end_ && !*at_) ++at_;
    }
    Place at_;
    Place end_;
  };

  std::deque<std::optional<std::pair<const int, T>>> places_;
  std::size_t size_ = 0;
};

}  // namespace missmodal::coordinator
