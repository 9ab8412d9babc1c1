#pragma once
// The exchange of a member that dies at its `life`-th message: from then on nobody hears of it.

#include <functional>
#include <memory>
#include <utility>

#include "tests/trainer/parallel/passing_exchange.h"

namespace missmodal::trainer {

class MortalExchange : public PassingExchange {
 public:
  // `die` is called for that message and every later one, instead of sending it.
  MortalExchange(std::shared_ptr<Exchange> exchange, int life, std::function<void()> die)
      : PassingExchange(std::move(exchange)), life_(life), die_(std::move(die)) {}
  TransferRef send(int to, Lane lane, Bytes bytes) override {
    if (life_-- <= 0) die_();
    return PassingExchange::send(to, lane, std::move(bytes));
  }
  TransferRef receive(int from, Lane lane, Bytes bytes) override {
    if (life_-- <= 0) die_();
    return PassingExchange::receive(from, lane, std::move(bytes));
  }

 private:
  int life_;
  std::function<void()> die_;
};

}  // namespace missmodal::trainer
