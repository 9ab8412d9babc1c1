#include "trainer/parallel/roll_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace missmodal::trainer {

// The first byte of a note; then one byte a place, 1 where a verdict finds it silent.
enum class RollCall::Word : unsigned char { asking, here, verdict, gave_up, left };

namespace {

using Clock = Exchange::Clock;
using NoteBytes = std::vector<unsigned char>;

Bytes shared(NoteBytes bytes) {
  const auto memory = std::make_shared<NoteBytes>(std::move(bytes));
  return {{memory, memory->data()}, memory->size()};
}

void insert_sorted(std::vector<int>& places, int place) {
  const auto at = std::lower_bound(places.begin(), places.end(), place);
  if (at == places.end() || *at != place) places.insert(at, place);
}

}  // namespace

RollCall::RollCall(Exchange& exchange, std::chrono::milliseconds patience)
    : exchange_(exchange), patience_(patience), peers_(static_cast<std::size_t>(exchange.size())) {
  for (int place = 0; place < exchange_.size(); ++place) {
    if (place == exchange_.rank()) continue;
    receiving_from_.push_back(place);
    receiving_.emplace_back();
    listen(place);
  }
}

RollCall::~RollCall() {
  try {
    say_to_all(Word::left);
  } catch (const RunError&) {
    // Then the others find out by asking.
  }
}

Bytes RollCall::note(Word word, const std::vector<int>& silent) const {
  NoteBytes bytes(1 + peers_.size());
  bytes[0] = static_cast<unsigned char>(word);
  for (const int place : silent) bytes[1 + static_cast<std::size_t>(place)] = 1;
  return shared(std::move(bytes));
}

void RollCall::say(int to, const Bytes& note) {
  if (!has_left(to)) exchange_.send(to, Lane::notes, note);
}

void RollCall::say_to_all(Word word, const std::vector<int>& silent) {
  const Bytes said = note(word, silent);
  for (int place = 0; place < exchange_.size(); ++place) {
    if (place != exchange_.rank()) say(place, said);
  }
}

void RollCall::listen(int from) {
  Bytes& incoming = peers_[static_cast<std::size_t>(from)].incoming;
  incoming = shared(NoteBytes(1 + peers_.size()));
  const auto at = std::find(receiving_from_.begin(), receiving_from_.end(), from) - receiving_from_.begin();
  receiving_[static_cast<std::size_t>(at)] = exchange_.receive(from, Lane::notes, incoming);
}

void RollCall::take(int from) {
  Peer& peer = peers_[static_cast<std::size_t>(from)];
  const auto* bytes = static_cast<const unsigned char*>(peer.incoming.data.get());
  peer.present = true;
  switch (static_cast<Word>(bytes[0])) {
    case Word::asking:
      if (!asking_) asking_ = from;
      say(from, note(Word::here, {}));
      break;
    case Word::here:
      break;
    case Word::verdict:
      if (!judge_) judge_ = from;
      for (int place = 0; place < exchange_.size(); ++place) {
        if (bytes[1 + place] != 0) insert_sorted(judged_silent_, place);
      }
      break;
    case Word::gave_up:
      if (!gave_up_) gave_up_ = from;
      break;
    case Word::left:
      peer.left = true;
      break;
  }
}

void RollCall::take_all() {
  for (std::size_t i = 0; i < receiving_.size();) {
    if (!receiving_[i]->done()) {
      ++i;
      continue;
    }
    const int from = receiving_from_[i];
    take(from);
    if (has_left(from)) {
      receiving_.erase(receiving_.begin() + static_cast<std::ptrdiff_t>(i));
      receiving_from_.erase(receiving_from_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      listen(from);  // and look again: the next may be there already
    }
  }
}

void RollCall::wait_until(Clock::time_point deadline) {
  exchange_.wait({}, receiving_, deadline);
  take_all();
}

void RollCall::fail(GroupBroken error) {
  broken_ = std::move(error);
  throw *broken_;
}

void RollCall::break_up(const std::string& what) {
  say_to_all(Word::verdict);
  fail({what, {}});
}

void RollCall::hear() {
  if (broken_) throw *broken_;
  if (aborted_) {
    say_to_all(Word::gave_up);
    fail({"this member was told to give its gang up", {}});
  }
  take_all();
  if (asking_ && !judge_ && !gave_up_) {
    const auto deadline = Clock::now() + 2 * patience_;
    while (!judge_ && !gave_up_ && !has_left(*asking_) && !aborted_ && Clock::now() < deadline) {
      wait_until(deadline);
    }
    if (!judge_ && !gave_up_) {
      fail({fmt::format("place {} of {} missed somebody and did not say whom", *asking_, exchange_.size()),
            {}});
    }
  }
  if (gave_up_) fail({fmt::format("place {} of {} gave up", *gave_up_, exchange_.size()), judged_silent_});
  if (judge_) {
    fail({judged_silent_.empty() ? fmt::format("place {} of {} broke the gang up", *judge_, exchange_.size())
                                 : fmt::format("place {} of {} found {} silent", *judge_, exchange_.size(),
                                               fmt::join(judged_silent_, ", ")),
          judged_silent_});
  }
}

void RollCall::judge(const std::string& what, const std::vector<int>& owing) {
  for (const int place : owing) {
    if (has_left(place)) break_up(fmt::format("{}: place {} of {} has left", what, place, exchange_.size()));
  }
  for (Peer& peer : peers_) peer.present = false;
  say_to_all(Word::asking);
  const auto deadline = Clock::now() + patience_;
  const auto missing = [&](int place) {
    return !peers_[static_cast<std::size_t>(place)].present &&
           std::find(judged_silent_.begin(), judged_silent_.end(), place) == judged_silent_.end();
  };
  while (std::any_of(owing.begin(), owing.end(), missing) && !aborted_ && Clock::now() < deadline) {
    wait_until(deadline);
  }
  if (aborted_) hear();
  std::vector<int> silent = judged_silent_;
  for (const int place : owing) {
    if (missing(place)) insert_sorted(silent, place);
  }
  say_to_all(Word::verdict, silent);
  fail({silent.empty() ? fmt::format("{}, though every place answers", what)
                       : fmt::format("{}, and place {} of {} does not answer", what, fmt::join(silent, ", "),
                                     exchange_.size()),
        silent});
}

void RollCall::abort() {
  aborted_ = true;
  exchange_.abort();
}

}  // namespace missmodal::trainer
