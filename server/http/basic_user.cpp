// Decodes base64 (RFC 4648 4) as far as the colon.
#include "http/basic_user.hpp"

#include "http/fields.hpp"

namespace appserver::http {
namespace {

/// The value of a base64 digit, or 64 (RFC 4648 4).
unsigned sextet(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
  return c == '+' ? 62 : c == '/' ? 63 : 64;
}

}  // namespace

std::string_view basic_user(std::string_view authorization, std::span<char> room) {
  constexpr std::string_view kScheme = "basic ";  // in any case
  if (authorization.size() <= kScheme.size() ||
      !equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  authorization.remove_prefix(kScheme.size());
  std::size_t size = 0;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : authorization) {
    const unsigned value = sextet(c);
    if (value == 64 || size == room.size()) break;
    bits = (bits << 6U | value) & 0xffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const char byte = static_cast<char>(bits >> count & 0xffU);
    if (byte == ':') return {room.data(), size};
    room[size++] = byte;
  }
  return {};
}

}  // namespace appserver::http
