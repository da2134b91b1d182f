// Request targets. Spec: RFC 9112 3.2, RFC 3986.
#pragma once

#include <span>
#include <string_view>

#include "http/message.hpp"

namespace appserver::http {

/// A request target taken apart. Lives: views into the target.
struct Target {
  std::string_view path;       ///< raw, begins with '/', or "*" (OPTIONS only)
  std::string_view query;      ///< raw, without '?'
  std::string_view authority;  ///< of the absolute form; it replaces Host
  bool has_escapes = false;    ///< decode_path(path) is not `path` itself
};

/// Takes origin, absolute (http, https) and asterisk form. CONNECT is refused with 501.
/// Fails: 400 for an empty target, '#', control bytes, SP, bytes above 0x7e, an invalid
/// %xx, a decoded NUL, an absolute form without a valid authority, `*` without OPTIONS.
Checked<Target> parse_target(std::string_view method, std::string_view target);

/// The same for the way of a request, into `parts`; nullptr, or why it was refused.
const Rejection* parse_target(std::string_view method, std::string_view target,
                              Target& parts);

/// Decodes %xx of a path that parse_target accepted. Gives `path` itself when there is
/// no '%', else a view of `arena`, which must have room for path.size() bytes.
std::string_view decode_path(std::string_view path, std::span<char> arena);

/// Is a segment of a decoded path "." or ".."? Clients resolve them before they send
/// (RFC 3986 5.2.4, 6.2.2.3), so what still has them is meant for a server that
/// resolves them behind one that does not, or the other way about.
bool has_dot_segment(std::string_view path);

/// host or host:port (RFC 9112 3.2, RFC 3986 3.2.2): a name of unreserved, sub-delims
/// and %xx, an IPv4 address, or an IP-literal in brackets; no userinfo.
bool is_valid_authority(std::string_view authority);

/// The same, and gives its host as host_of() does; `host` is undefined where it fails.
bool take_host(std::string_view authority, std::string_view& host);

/// The host of a valid authority, without port and brackets.
std::string_view host_of(std::string_view authority);

}  // namespace appserver::http
