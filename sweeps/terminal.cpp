#include "sweeps/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace missmodal::sweeps {

bool can_rewrite_lines(int descriptor) {
  const char* name = std::getenv("TERM");
  return isatty(descriptor) != 0 && name != nullptr && *name != '\0' && std::string_view(name) != "dumb";
}

}  // namespace missmodal::sweeps
