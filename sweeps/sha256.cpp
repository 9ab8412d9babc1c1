#include "sweeps/sha256.h"

#include <openssl/evp.h>

#include "sweeps/error.h"

namespace missmodal {

struct Sha256::Context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  MISSMODAL_CHECK(EVP_DigestInit_ex(context_->handle, EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(const void* bytes, std::size_t size) {
  MISSMODAL_CHECK(EVP_DigestUpdate(context_->handle, bytes, size) == 1);
}

Digest Sha256::finish() {
  Digest digest{};
  unsigned size = 0;
  MISSMODAL_CHECK(EVP_DigestFinal_ex(context_->handle, digest.data(), &size) == 1 && size == digest.size());
  return digest;
}

Digest sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.finish();
}

std::string hex(const Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::uint64_t big_endian(const Digest& digest, std::size_t first_byte) {
  MISSMODAL_CHECK(first_byte + 8 <= digest.size());
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | digest[first_byte + i];
  return value;
}

}  // namespace missmodal
