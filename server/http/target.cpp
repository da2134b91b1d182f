// Takes request targets apart; decides nothing about hosts or mounts. The four forms of
// RFC 9112 3.2:
//   1. origin-form "/path?query": the usual one.
//   2. absolute-form "http://host/path?query": must be understood although only proxies
//   are
//      sent it; its authority replaces Host. An empty path is "/", for OPTIONS without
//      query it is "*" (3.2.4).
//   3. authority-form: only for CONNECT, which a gateway has no use for: 501.
//   4. asterisk-form "*": only for OPTIONS.
#include "http/target.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstring>

#include "http/byte_blocks.hpp"
#include "http/characters.hpp"
#include "http/fields.hpp"

namespace appserver::http {

namespace {

/// Is there at `p` a %xx that decodes to anything but NUL?
bool is_escape(const char* p, const char* end) {
  if (end - p < 3 || *p != '%') return false;
  const unsigned high = hex_value(p[1]), low = hex_value(p[2]);
  return high < 16 && low < 16 && (high | low) != 0;
}

constexpr Rejection kConnect{501, "CONNECT"};
constexpr Rejection kEmpty{400, "an empty target"};
constexpr Rejection kAsterisk{400, "target * without OPTIONS"};
constexpr Rejection kNoForm{400, "a target that is no path and no http URI"};
constexpr Rejection kBadAuthority{400, "an invalid authority in the target"};
constexpr Rejection kBadEscape{400, "an invalid %xx or a NUL in the target"};
constexpr Rejection kFragment{400, "a fragment in the target"};
constexpr Rejection kBackslash{400, "a backslash in the path"};
constexpr Rejection kBadByte{400, "a forbidden byte in the target"};

/// Splits `text`, a path and a query, at the first '?'. Behind it a '%' need not begin
/// an escape: browsers send `?q=100%` as it was typed, and the query is handed on as it
/// came, so no two readers of it can disagree here. In a path they do about a '\',
/// which is a '/' to some (RFC 3986 3.3 has none).
const Rejection* take_apart(std::string_view text, Target& parts) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* question = end;
  for (const char* p = begin; (p = find<EndOfPlainTarget>(begin, p, end)) != end; ++p) {
    if (*p == '?') {
      if (question == end) question = p;
    } else if (*p == '\\') {
      if (question == end) return &kBackslash;
    } else if (*p != '%') {
      return *p == '#' ? &kFragment : &kBadByte;
    } else if (question == end) {
      if (!is_escape(p, end)) return &kBadEscape;
      parts.has_escapes = true;
      p += 2;
    }
  }
  parts.path = text.substr(0, static_cast<std::size_t>(question - begin));
  if (question != end) parts.query = text.substr(parts.path.size() + 1);
  return nullptr;
}

/// The length of "http://" or "https://" at the front, in any case; else 0.
std::size_t scheme_size(std::string_view target) {
  if (equals_ignoring_case(target.substr(0, 7), "http://")) return 7;
  return equals_ignoring_case(target.substr(0, 8), "https://") ? 8 : 0;
}

const Rejection* take_absolute(std::string_view method, std::string_view target,
                               Target& parts) {
  const std::size_t scheme = scheme_size(target);
  if (scheme == 0) return &kNoForm;
  const std::string_view rest = target.substr(scheme);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (!is_valid_authority(authority)) return &kBadAuthority;
  parts.authority = authority;
  const Rejection* refusal = take_apart(rest.substr(authority.size()), parts);
  if (refusal == nullptr && parts.path.empty()) {
    const bool whole_server = method == "OPTIONS" && rest.size() == authority.size();
    parts.path = whole_server ? "*" : target.substr(scheme - 1, 1);  // a '/' of "://"
  }
  return refusal;
}

/// *DIGIT, at most 65535. An empty port is the default one (RFC 9110 4.2.3).
bool is_port(std::string_view text) {
  const char* const end = text.data() + text.size();
  if (skip(text.data(), end, kDigitByte) != end) return false;
  return text.size() < 5 || (text.size() == 5 && text <= "65535");
}

bool is_ipv6(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos) {
    return false;
  }
  std::memcpy(copy.data(), text.data(), text.size());
  in6_addr ignored_address;
  return inet_pton(AF_INET6, copy.data(), &ignored_address) == 1;
}

/// "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
bool is_ip_future(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) return false;
  if (to_lower(text[0]) != 'v') return false;
  for (const char c : text.substr(1, dot - 1)) {
    if (hex_value(c) > 15) return false;
  }
  for (const char c : text.substr(dot + 1)) {
    if (c != ':' && !has(c, kHostByte)) return false;
  }
  return true;
}

bool is_literal_authority(std::string_view authority) {
  const std::size_t close = authority.find(']');
  if (close == std::string_view::npos) return false;
  const std::string_view address = authority.substr(1, close - 1);
  const std::string_view after = authority.substr(close + 1);
  if (!after.empty() && (after[0] != ':' || !is_port(after.substr(1)))) return false;
  return is_ipv6(address) || is_ip_future(address);
}

}  // namespace

const Rejection* parse_target(std::string_view method, std::string_view target,
                              Target& parts) {
  if (method == "CONNECT") return &kConnect;
  if (target.empty()) return &kEmpty;
  if (target[0] == '/') return take_apart(target, parts);
  if (target != "*") return take_absolute(method, target, parts);
  if (method != "OPTIONS") return &kAsterisk;
  parts.path = target;
  return nullptr;
}

Checked<Target> parse_target(std::string_view method, std::string_view target) {
  Target parts;
  if (const Rejection* refusal = parse_target(method, target, parts)) return *refusal;
  return parts;
}

std::string_view decode_path(std::string_view path, std::span<char> arena) {
  const char* const escape =
      path.empty()
          ? nullptr
          : static_cast<const char*>(std::memchr(path.data(), '%', path.size()));
  if (escape == nullptr) return path;
  auto used = static_cast<std::size_t>(escape - path.data());
  std::memcpy(arena.data(), path.data(), used);
  for (std::size_t i = used; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      c = static_cast<char>(hex_value(path[i + 1]) << 4 | hex_value(path[i + 2]));
      i += 2;
    }
    arena[used++] = c;
  }
  return {arena.data(), used};
}

bool is_valid_authority(std::string_view authority) {
  std::string_view ignored_host;
  return take_host(authority, ignored_host);
}

bool take_host(std::string_view authority, std::string_view& host) {
  if (authority.empty()) return false;
  if (authority[0] == '[') {
    if (!is_literal_authority(authority)) return false;
    host = host_of(authority);
    return true;
  }
  const char* p = authority.data();
  const char* const end = p + authority.size();
  while ((p = skip(p, end, kHostByte)) != end && *p != ':') {
    if (!is_escape(p, end)) return false;
    p += 3;
  }
  host = {authority.data(), static_cast<std::size_t>(p - authority.data())};
  if (p == end) return true;
  return !host.empty() && is_port(authority.substr(host.size() + 1));
}

bool has_dot_segment(std::string_view path) {
  for (std::size_t dot = path.find('.', 1); dot != std::string_view::npos;
       dot = path.find('.', dot + 1)) {
    if (path[dot - 1] != '/') continue;
    const std::string_view segment = path.substr(dot, path.find('/', dot) - dot);
    if (segment == "." || segment == "..") return true;
  }
  return false;
}

std::string_view host_of(std::string_view authority) {
  if (authority.empty()) return authority;
  if (authority[0] == '[') return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace appserver::http
