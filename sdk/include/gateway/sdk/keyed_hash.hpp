// SipHash-2-4 with a key of this process: hash tables whose buckets no client can aim
// at, and short proofs that only this process can make. Not for passwords at rest.
#pragma once

#include <sys/random.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace gateway {

/// Spec: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
class KeyedHash {
 public:
  /// Fails: std::runtime_error where the system has no random numbers.
  static KeyedHash random() {
    KeyedHash hash(0, 0);
    const auto size = static_cast<ssize_t>(sizeof hash.key_);
    if (::getrandom(hash.key_.data(), sizeof hash.key_, 0) != size) {
      throw std::runtime_error("getrandom failed");
    }
    return hash;
  }

  constexpr KeyedHash(std::uint64_t k0, std::uint64_t k1) noexcept : key_{k0, k1} {}

  constexpr std::uint64_t operator()(std::string_view bytes) const noexcept {
    State v{key_[0] ^ 0x736f6d6570736575, key_[1] ^ 0x646f72616e646f6d,
            key_[0] ^ 0x6c7967656e657261, key_[1] ^ 0x7465646279746573};
    const std::uint64_t length = bytes.size();
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) absorb(v, word(bytes, 8));
    absorb(v, word(bytes, bytes.size()) | length << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; ++i) round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
  }

 private:
  using State = std::array<std::uint64_t, 4>;

  static constexpr std::uint64_t word(std::string_view bytes, std::size_t n) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < n; ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i]))
               << (8 * i);
    }
    return value;
  }

  static constexpr void absorb(State& v, std::uint64_t word) noexcept {
    v[3] ^= word;
    round(v);
    round(v);
    v[0] ^= word;
  }

  static constexpr void round(State& v) noexcept {
    v[0] += v[1];
    v[1] = std::rotl(v[1], 13) ^ v[0];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[3];
    v[3] = std::rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = std::rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = std::rotl(v[1], 17) ^ v[2];
    v[2] = std::rotl(v[2], 32);
  }

  std::array<std::uint64_t, 2> key_;
};

}  // namespace gateway
