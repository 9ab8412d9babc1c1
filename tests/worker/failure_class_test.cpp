#include "worker/failure_class.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <new>
#include <stdexcept>

#include "sweeps/error.h"
#include "trainer/torch.h"

namespace missmodal::worker {
namespace {

using sweeps::FailureClass;

TEST(FailureClass, ALibTorchAllocationThatFailsIsOutOfMemory) {
  try {
    const torch::Tensor tensor = torch::empty({std::int64_t{1} << 46}, torch::kFloat32);  // 256 TiB
    FAIL() << "this machine has more memory than the test believes";
  } catch (const std::exception& error) {
    EXPECT_EQ(failure_class(error), FailureClass::out_of_memory) << error.what();
  }
}

TEST(FailureClass, TellsTheOthersApart) {
  EXPECT_EQ(failure_class(std::bad_alloc()), FailureClass::out_of_memory);
  EXPECT_EQ(failure_class(std::runtime_error("CUDA out of memory. Tried to allocate 2 GiB")),
            FailureClass::out_of_memory);
  EXPECT_EQ(failure_class(InputError("data", "does not fit")), FailureClass::data_error);
  EXPECT_EQ(failure_class(RunError("disk")), FailureClass::run_error);
  EXPECT_EQ(failure_class(std::logic_error("index")), FailureClass::bug);
}

TEST(FailureClass, AShapeErrorOfLibTorchIsABug) {
  try {
    torch::zeros({2, 3}).matmul(torch::zeros({2, 3}));
    FAIL() << "shapes were not checked";
  } catch (const std::exception& error) {
    EXPECT_EQ(failure_class(error), FailureClass::bug) << error.what();
  }
}

}  // namespace
}  // namespace missmodal::worker
