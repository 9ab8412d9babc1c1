#pragma once
// SHA-256 (libcrypto), of a text at once or of a stream piece by piece.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace missmodal {

using Digest = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(const void* bytes, std::size_t size);
  Digest finish();  // once; the object is spent afterwards

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest sha256(std::string_view bytes);
std::string hex(const Digest& digest);
std::uint64_t big_endian(const Digest& digest, std::size_t first_byte);  // 8 bytes from first_byte <= 24

}  // namespace missmodal
