#pragma once
// A refusal must name its place and say why.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sweeps/error.h"

namespace missmodal::testing {

template <typename Action>
void expect_input_error(Action action, const std::string& expected) {
  try {
    action();
    ADD_FAILURE() << "accepted; expected an error with '" << expected << "'";
  } catch (const InputError& error) {
    EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr(expected));
  }
}

}  // namespace missmodal::testing
