#pragma once

#include <string>
#include <string_view>

namespace missmodal::results {

// What HTML shows as `text`, between tags and in quoted attributes.
std::string escape_html(std::string_view text);

}  // namespace missmodal::results
