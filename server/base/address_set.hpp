// IP addresses as values, and sets of them: single ones, networks (CIDR), peers on a
// Unix socket, everybody. Knows no sockets, no settings, no HTTP.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace appserver {

/// IPv4 is kept as IPv6 maps it (::ffff:a.b.c.d), so that both spellings are one
/// address.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] bool is_v4() const;
  bool operator==(const IpAddress&) const = default;
};

/// Dotted decimals without leading zeros, or RFC 4291 2.2; no brackets, port or zone.
std::optional<IpAddress> parse_ip_address(std::string_view text);

/// The canonical text (RFC 5952; a mapped address as IPv4), without an end mark, as
/// parse_ip_address reads it. `view()` lives as long as this.
class IpText {
 public:
  static constexpr std::size_t kLongest = 45;
  IpText() = default;
  explicit IpText(const IpAddress& address);

  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, kLongest + 1> text_;  // written before it is read
  std::uint8_t size_ = 0;
};

/// Empty when made. Matching allocates nothing and looks at every network in turn,
/// hence the bound.
class AddressSet {
 public:
  static constexpr std::size_t kMostNetworks = 1024;

  /// `word`: an address, a network as 10.0.0.0/8 or fd00::/8, `unix` (every peer on a
  /// Unix socket), `*` (everybody). ::ffff:10.0.0.0/104 is 10.0.0.0/8; ::/0 is every
  /// IPv6 address and no IPv4 one. Fails: Usage; the text begins with what is wrong and
  /// leaves it to the caller to name the word before it.
  Result<void> add(std::string_view word);

  [[nodiscard]] bool has(const IpAddress& address) const;

  /// Is every peer on a Unix socket in it?
  [[nodiscard]] bool has_unix() const { return unix_ || everybody_; }

  [[nodiscard]] bool has_everybody() const { return everybody_; }

  /// The words that make this set again, each once, in canonical form.
  [[nodiscard]] std::vector<std::string> words() const;
  bool operator==(const AddressSet&) const = default;

 private:
  struct Network {
    IpAddress address;    ///< bits behind the prefix are 0
    unsigned bits = 128;  ///< of the prefix; an IPv4 network has 96 or more
    bool operator==(const Network&) const = default;
  };

  static bool holds(const Network& network, const IpAddress& address);
  std::vector<Network> networks_;
  bool everybody_ = false, unix_ = false;
};

}  // namespace appserver
