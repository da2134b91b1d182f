#include "credentials.hpp"

#include <algorithm>
#include <cstdint>

#include <gateway/sdk/fields.hpp>

namespace {

constexpr std::size_t kLongest = 1024;  // base64; more is no name and password

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

std::optional<std::string> decoded(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > kLongest) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = value_of(c);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count);
    bits &= (1u << count) - 1;
  }
  if (bits != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::optional<Credentials> read_credentials(std::string_view authorization) {
  const std::size_t space = authorization.find(' ');
  if (!gateway::same_name(authorization.substr(0, space), "basic")) return std::nullopt;
  if (space == std::string_view::npos) return std::nullopt;
  std::string_view rest = authorization.substr(space);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const auto pair = decoded(rest);
  if (!pair) return std::nullopt;
  const bool has_control = std::any_of(pair->begin(), pair->end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  const std::size_t colon = pair->find(':');
  if (has_control || colon == std::string::npos) return std::nullopt;
  return Credentials{pair->substr(0, colon), pair->substr(colon + 1)};
}
