#pragma once
// The exchange of a member that dies at its `life`-th message: from then on nobody hears of it.

#include <functional>
#include <memory>
#include <utility>

#include "trainer/parallel/exchange.h"

namespace missmodal::trainer {

class MortalExchange : public Exchange {
 public:
  // `die` is called for that message and every later one, instead of sending it.
  MortalExchange(std::shared_ptr<Exchange> exchange, int life, std::function<void()> die)
      : exchange_(std::move(exchange)), life_(life), die_(std::move(die)) {}
  int rank() const override { return exchange_->rank(); }
  int size() const override { return exchange_->size(); }
  TransferRef send(int to, Lane lane, Bytes bytes) override {
    if (life_-- <= 0) die_();
    return exchange_->send(to, lane, std::move(bytes));
  }
  TransferRef receive(int from, Lane lane, Bytes bytes) override {
    if (life_-- <= 0) die_();
    return exchange_->receive(from, lane, std::move(bytes));
  }
  void wait(std::span<const TransferRef> all, std::span<const TransferRef> any,
            Clock::time_point deadline) override {
    exchange_->wait(all, any, deadline);
  }
  void abort() override { exchange_->abort(); }

 private:
  std::shared_ptr<Exchange> exchange_;
  int life_;
  std::function<void()> die_;
};

}  // namespace missmodal::trainer
