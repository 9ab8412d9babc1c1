#include "trainer/parallel/communicator.h"

namespace missmodal::trainer {

std::size_t element_bytes(ElementType type) {
  switch (type) {
    case ElementType::float32:
      return 4;
    case ElementType::float64:
    case ElementType::int64:
      return 8;
    case ElementType::byte:
      return 1;
  }
  return 0;
}

std::shared_ptr<void> Communicator::memory(std::size_t /*bytes*/) {
  return nullptr;
}

}  // namespace missmodal::trainer
