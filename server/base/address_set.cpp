// Addresses to bytes and back with the system's own functions; prefixes by hand.
#include "base/address_set.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace appserver {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0,    0,
                                               0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;
constexpr unsigned kAllBits = 128;

/// `address` with all bits behind the first `bits` cleared.
IpAddress prefix_of(const IpAddress& address, unsigned bits) {
  IpAddress prefix;
  const unsigned whole = bits / 8;
  std::copy_n(address.bytes.begin(), whole, prefix.bytes.begin());
  if (bits % 8 != 0) {
    const unsigned mask = 0xffU << (8 - bits % 8);
    prefix.bytes[whole] = static_cast<std::uint8_t>(address.bytes[whole] & mask);
  }
  return prefix;
}

/// The length of a prefix, or nothing where it is no number from 0 to `most`.
std::optional<unsigned> parse_bits(std::string_view digits, unsigned most) {
  unsigned bits = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, bits);
  const bool padded = digits.size() > 1 && digits.front() == '0';
  if (error != std::errc{} || stop != end || padded || bits > most) return std::nullopt;
  return bits;
}

std::string network_text(const IpAddress& address, unsigned bits) {
  std::string text(IpText(address).view());
  const bool v4 = bits >= kMappedBits && address.is_v4();
  if (bits < kAllBits) text += "/" + std::to_string(v4 ? bits - kMappedBits : bits);
  return text;
}

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  std::array<char, IpText::kLongest + 1> word{};
  const bool has_end = text.find('\0') != std::string_view::npos;
  if (text.empty() || text.size() >= word.size() || has_end) return std::nullopt;
  std::memcpy(word.data(), text.data(), text.size());
  IpAddress address;
  if (text.find(':') != std::string_view::npos) {
    if (::inet_pton(AF_INET6, word.data(), address.bytes.data()) != 1)
      return std::nullopt;
    return address;
  }
  std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
  if (::inet_pton(AF_INET, word.data(), &address.bytes[kMapped.size()]) != 1)
    return std::nullopt;
  return address;
}

IpText::IpText(const IpAddress& address) {
  const bool v4 = address.is_v4();
  ::inet_ntop(v4 ? AF_INET : AF_INET6, &address.bytes[v4 ? kMapped.size() : 0],
              text_.data(), kLongest + 1);
  size_ = static_cast<std::uint8_t>(std::strlen(text_.data()));
}

Result<void> AddressSet::add(std::string_view word) {
  if (word == "*") return everybody_ = true, Result<void>{};
  if (word == "unix") return unix_ = true, Result<void>{};
  const std::size_t slash = word.find('/');
  const auto address = parse_ip_address(word.substr(0, slash));
  if (!address) {
    return usage_error(
        "is not an address; write an IP address, a network as 10.0.0.0/8, unix or *");
  }
  Network network{*address, kAllBits};
  if (slash != std::string_view::npos) {
    const bool v4 = word.find(':') == std::string_view::npos;
    const unsigned before = v4 ? kMappedBits : 0;
    const auto bits = parse_bits(word.substr(slash + 1), kAllBits - before);
    if (!bits) {
      return usage_error("has no prefix from /0 to /" +
                         std::to_string(kAllBits - before));
    }
    network.bits = before + *bits;
    network.address = prefix_of(*address, network.bits);
    if (network.address != *address) {
      return usage_error("has address bits behind its prefix; write " +
                         network_text(network.address, network.bits));
    }
  }
  const auto known = std::find(networks_.begin(), networks_.end(), network);
  if (known != networks_.end()) return {};
  if (networks_.size() == kMostNetworks) {
    return usage_error("is one too many; " + std::to_string(kMostNetworks) +
                       " addresses and networks are the most");
  }
  networks_.push_back(network);
  return {};
}

/// An IPv6 prefix that happens to cover the mapped addresses does not mean IPv4.
bool AddressSet::holds(const Network& network, const IpAddress& address) {
  const unsigned whole = network.bits / 8;
  const auto* a = network.address.bytes.data();
  const auto* b = address.bytes.data();
  if (std::memcmp(a, b, whole) != 0) return false;
  if (network.bits < kMappedBits && address.is_v4()) return false;
  if (network.bits % 8 == 0) return true;
  return ((a[whole] ^ b[whole]) >> (8 - network.bits % 8)) == 0;
}

bool AddressSet::has(const IpAddress& address) const {
  if (everybody_) return true;
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const Network& network) { return holds(network, address); });
}

std::vector<std::string> AddressSet::words() const {
  std::vector<std::string> words;
  for (const Network& network : networks_) {
    words.push_back(network_text(network.address, network.bits));
  }
  if (unix_) words.emplace_back("unix");
  if (everybody_) words.emplace_back("*");
  return words;
}

}  // namespace appserver
