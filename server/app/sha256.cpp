#include "app/sha256.hpp"

#include <array>
#include <cstdlib>

#include <openssl/evp.h>

#include "base/log.hpp"

namespace appserver::app {
namespace {

void require(bool ok) {
  if (ok) return;
  log::critical("OpenSSL cannot compute SHA-256; is its configuration broken?");
  std::abort();
}

}  // namespace

struct Sha256::State {
  State() : digest(::EVP_MD_CTX_new()) { require(digest != nullptr); }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() { ::EVP_MD_CTX_free(digest); }

  EVP_MD_CTX* digest;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(::EVP_DigestInit_ex(state_->digest, ::EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) {
  require(::EVP_DigestUpdate(state_->digest, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  require(::EVP_DigestFinal_ex(state_->digest, out.data(), &size) == 1);
  return to_hex(std::as_bytes(std::span(out).first(size)));
}

std::string to_hex(std::span<const std::byte> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte b : bytes) {
    const auto value = std::to_integer<unsigned>(b);
    text += {kDigits[value >> 4U], kDigits[value & 15U]};
  }
  return text;
}

}  // namespace appserver::app
