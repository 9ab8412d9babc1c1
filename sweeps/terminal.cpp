#include "sweeps/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace missmodal::sweeps {

bool can_rewrite_lines() {
  const char* name = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && name != nullptr && *name != '\0' && std::string_view(name) != "dumb";
}

}  // namespace missmodal::sweeps
