#include "trainer/parallel/exchange.h"

#include <algorithm>

#include "sweeps/error.h"

namespace missmodal::trainer {

bool settled(std::span<const TransferRef> all) {
  return std::all_of(all.begin(), all.end(), [](const TransferRef& transfer) { return transfer->done(); });
}

bool settled(std::span<const TransferRef> all, std::span<const TransferRef> any) {
  return (!all.empty() && settled(all)) ||
         std::any_of(any.begin(), any.end(), [](const TransferRef& transfer) { return transfer->done(); });
}

void check_transfer(const Exchange& exchange, int other, const Bytes& bytes) {
  MISSMODAL_CHECK(other >= 0 && other < exchange.size() && other != exchange.rank());
  MISSMODAL_CHECK(bytes.count <= Exchange::kLargestTransfer);
}

}  // namespace missmodal::trainer
