#pragma once
// The secret that a page served beyond this machine asks for.

#include <string>
#include <string_view>

namespace missmodal::results::web {

// 128 bits of the system's randomness, in hex. Throws RunError where it gives none.
std::string make_token();

// In a time that tells nothing but the lengths.
bool is_same_secret(std::string_view one, std::string_view other);

}  // namespace missmodal::results::web
