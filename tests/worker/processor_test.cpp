#include "worker/processor.h"

#include <gtest/gtest.h>

#include <sstream>

namespace missmodal::worker {
namespace {

std::string name_in(const std::string& cpuinfo) {
  std::istringstream text(cpuinfo);
  return model_name(text);
}

TEST(Processor, IsTheFirstModelName) {
  EXPECT_EQ(name_in("processor\t: 0\nmodel\t\t: 85\nmodel name\t: AMD EPYC 7B13 \nprocessor\t: 1\n"
                    "model name\t: other\n"),
            "AMD EPYC 7B13");
}

TEST(Processor, MayHaveNoName) {
  EXPECT_EQ(name_in("processor\t: 0\nBogoMIPS\t: 243.75\nCPU part\t: 0xd40\n"), "");
  EXPECT_EQ(name_in("model name\t:\nmodel name\t:  \n"), "");
  EXPECT_EQ(name_in(""), "");
}

TEST(Processor, ThisOneIsCalledSomething) {
  EXPECT_FALSE(processor_name(torch::kCPU).empty());
}

}  // namespace
}  // namespace missmodal::worker
