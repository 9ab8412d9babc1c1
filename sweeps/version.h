#pragma once
// Which program this is.

#include <string_view>

namespace missmodal::sweeps {

// "0.1.0+50efdbe1a2b3": version and commit; ".changed" behind it where the tree held more than that commit
// when it was built. The version alone where there was no git.
std::string_view program_version();

}  // namespace missmodal::sweeps
