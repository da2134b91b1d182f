// Which addresses are one client.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

/// The bytes that stand for a client: an IPv4 address (also one written as
/// ::ffff:192.0.2.1), the /64 of an IPv6 address, because who has one address there has
/// 2^64, or the text itself where it is no address.
class ClientKey {
 public:
  explicit ClientKey(std::string_view address) noexcept;

  /// Lives: as long as this, and as the text it was made of.
  std::string_view bytes() const noexcept {
    return size_ != 0 ? std::string_view(address_.data(), size_) : text_;
  }

 private:
  std::array<char, 16> address_{};
  std::size_t size_ = 0;
  std::string_view text_;
};
