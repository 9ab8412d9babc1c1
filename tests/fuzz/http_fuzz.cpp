// libFuzzer's way into the reader of requests: any bytes, an open site and one with a token.
// scripts/fuzz builds and runs it; tests/results/web/routes_test.cpp does the like for seconds, without
// clang.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "results/web/routes.h"
#include "tests/results/web/hostile_requests.h"

namespace {

using namespace missmodal::results::web;

void require(bool law) {
  if (!law) std::abort();
}

void check(std::string_view bytes, const Gate& gate) {
  static const Site site = small_site();
  const Heard heard = hear(bytes, gate, site);
  require(heard.bytes <= bytes.size());
  if (heard.bytes == 0) return require(bytes.size() < kHeadBytes);
  if (const auto* response = std::get_if<Response>(&heard.answer)) {
    require(response->body != nullptr && response->status >= 200 && response->status < 500);
    const std::string head = head_of(*response, heard.after);
    require(head.find("\r\n\r\n") == head.size() - 4);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Gate open({"127.0.0.1", 8080}, std::nullopt, "node1");
  static const Gate closed({"0.0.0.0", 8080}, "secret", "node1");
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes, open);
  check(bytes, closed);
  return 0;
}
