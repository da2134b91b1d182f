// Addresses to listen on, and hosts: gunicorn's and nginx's spellings.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>

#include "config/value.hpp"
#include "config/words.hpp"

namespace appserver::config {
namespace {

constexpr int kMaxPort = 65535;
constexpr std::string_view kForms =
    "; write host:port, [::1]:port, unix:/path or fd://3";

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

/// An address as brackets hold it; a zone (%eth0) is the system's to judge.
bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &address) == 1;
}

bool is_bracketed_ipv6(const std::string& host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         is_ipv6(host.substr(1, host.size() - 2));
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

/// A name or an IPv4 address; what looks like the latter must be one.
bool is_host_name(const std::string& host) {
  if (host.empty() || host.size() > 253) return false;
  if (!std::all_of(host.begin(), host.end(), is_name_char)) return false;
  if (host.front() == '.' || host.find("..") != std::string::npos) return false;
  const bool dotted = host.find_first_not_of("0123456789.") == std::string::npos;
  return !dotted || is_ipv4(host);
}

Result<BindAddress> parse_unix(std::string_view word, std::string_view path) {
  // unix:///run/a.sock is a URL's spelling of unix:/run/a.sock.
  if (path.substr(0, 3) == "///") path.remove_prefix(2);
  while (path.substr(0, 2) == "//") path.remove_prefix(1);  // one root, one spelling
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return usage_error(in_quotes(word) + " names no path" + std::string(kForms));
  }
  if (path.front() == '@') {
    return usage_error(in_quotes(word) +
                       " is an abstract socket, which has no permissions; " +
                       "write unix:/path");
  }
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return usage_error(in_quotes(word) +
                       " is too long for a socket; 107 bytes are the most");
  }
  BindAddress address;
  address.kind = BindAddress::Kind::Unix;
  address.path = path;
  return address;
}

Result<BindAddress> parse_inherited(std::string_view word, std::string_view number) {
  constexpr int kMaxDescriptor = 1 << 20;
  const auto fd = parse_integer(number, 3, kMaxDescriptor);
  if (!fd) return usage_error(in_quotes(word) + " is no descriptor from fd://3 on");
  BindAddress address;
  address.kind = BindAddress::Kind::Inherited;
  address.fd = static_cast<int>(*fd);
  return address;
}

Result<BindAddress> parse_tcp(std::string_view word, std::string_view rest) {
  const std::size_t colon = rest.rfind(':');
  const bool no_port = colon == std::string_view::npos || rest.back() == ']';
  if (no_port)
    return usage_error(in_quotes(word) + " has no port" + std::string(kForms));
  const auto port = parse_integer(rest.substr(colon + 1), 0, kMaxPort);
  if (!port)
    return usage_error(in_quotes(word) + ": the port is not a number from 0 to 65535");
  BindAddress address;
  address.port = static_cast<std::uint16_t>(*port);
  address.host = lower_case(rest.substr(0, colon));
  std::string& host = address.host;
  if (host.empty() || host == "*") {
    host = "0.0.0.0";
  } else if (is_bracketed_ipv6(host)) {
    host = host.substr(1, host.size() - 2);
    return address;
  }
  if (is_host_name(host)) return address;
  if (is_ipv6(host)) {
    return usage_error(in_quotes(word) +
                       ": write an IPv6 address in brackets, as [::1]:8000");
  }
  return usage_error(in_quotes(word) + " is not an address" + std::string(kForms));
}

}  // namespace

Result<BindAddress> parse_address(std::string_view word) {
  const auto begins = [&](std::string_view scheme) {
    return word.substr(0, scheme.size()) == scheme;
  };
  if (begins("unix:")) return parse_unix(word, word.substr(5));
  if (begins("fd://")) return parse_inherited(word, word.substr(5));
  if (begins("tcp://")) return parse_tcp(word, word.substr(6));
  return parse_tcp(word, word);
}

Result<std::string> parse_host(std::string_view word) {
  std::string host = lower_case(word);
  if (is_bracketed_ipv6(host) || is_host_name(host)) return host;
  return usage_error(in_quotes(word) + " is not a host name without port");
}

}  // namespace appserver::config
