#pragma once
// An exchange that passes everything on to another; what a test changes of it overrides.

#include <memory>
#include <utility>

#include "trainer/parallel/exchange.h"

namespace missmodal::trainer {

class PassingExchange : public Exchange {
 public:
  explicit PassingExchange(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  int rank() const override { return exchange_->rank(); }
  int size() const override { return exchange_->size(); }
  TransferRef send(int to, Lane lane, Bytes bytes) override {
    return exchange_->send(to, lane, std::move(bytes));
  }
  TransferRef receive(int from, Lane lane, Bytes bytes) override {
    return exchange_->receive(from, lane, std::move(bytes));
  }
  void wait(std::span<const TransferRef> all, std::span<const TransferRef> any,
            Clock::time_point deadline) override {
    exchange_->wait(all, any, deadline);
  }
  void abort() override { exchange_->abort(); }

 private:
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace missmodal::trainer
