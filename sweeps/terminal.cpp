#include "sweeps/terminal.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace missmodal::sweeps {

bool can_rewrite_lines(int descriptor) {
  const char* name = std::getenv("TERM");
  return isatty(descriptor) != 0 && name != nullptr && *name != '\0' && std::string_view(name) != "dumb";
}

void tell(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace missmodal::sweeps
