// Reads PROXY headers strictly: one space where one is asked for, numbers without
// leading zeros, lengths that hold what they say.
#include "http/proxy_protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace appserver::http {
namespace {

using namespace std::string_view_literals;
using Source = ProxyHeader::Source;

constexpr auto kTextBegin = "PROXY "sv;
constexpr auto kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kFixed = 16;  // signature, version and command, family, length

ProxyProgress refuse(Rejection& rejection, const char* why) {
  rejection = {400, why};
  return ProxyProgress::Refused;
}

/// Takes what stands before the next space off `line`.
std::string_view take_word(std::string_view& line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(std::min(space + 1, line.size()));
  return word;
}

bool read_port(std::string_view text, std::uint16_t& port) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  const bool padded = text.size() > 1 && text.front() == '0';
  return error == std::errc{} && stop == end && !padded;
}

bool read_address(std::string_view text, bool v4, IpAddress& address) {
  const bool has_colon = text.find(':') != std::string_view::npos;
  const auto parsed = parse_ip_address(text);
  if (!parsed || has_colon == v4) return false;
  address = *parsed;
  return true;
}

/// `line` is what stands behind "PROXY ", without its CRLF.
bool read_line(std::string_view line, ProxyHeader& header) {
  const auto spaces = std::count(line.begin(), line.end(), ' ');
  const std::string_view family = take_word(line);
  header.source = Source::Unknown;
  if (family == "UNKNOWN") return true;  // the rest means nothing
  if (spaces != 4) return false;
  if (family != "TCP4" && family != "TCP6") return false;
  const bool v4 = family == "TCP4";
  const std::string_view from = take_word(line);
  const std::string_view to = take_word(line);
  IpAddress ignored_address;  // ours; but it must be one
  std::uint16_t ignored_port = 0;
  header.source = Source::Named;
  const bool addresses =
      read_address(from, v4, header.address) && read_address(to, v4, ignored_address);
  return addresses && read_port(take_word(line), header.port) &&
         read_port(line, ignored_port);
}

ProxyProgress read_v1(std::string_view bytes, ProxyHeader& header,
                      Rejection& rejection) {
  const std::string_view window = bytes.substr(0, kLongestProxyV1);
  const std::size_t end = window.find_first_of("\r\n");
  if (end == std::string_view::npos ||
      (end + 1 == window.size() && window[end] == '\r')) {
    if (window.size() < kLongestProxyV1) return ProxyProgress::NeedMore;
    return refuse(rejection, "a PROXY line over 107 bytes");
  }
  if (window[end] != '\r' || window[end + 1] != '\n') {
    return refuse(rejection, "a PROXY line without CRLF");
  }
  const auto line = window.substr(kTextBegin.size(), end - kTextBegin.size());
  if (!read_line(line, header)) return refuse(rejection, "a malformed PROXY line");
  header.size = end + 2;
  return ProxyProgress::Complete;
}

unsigned byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

/// `behind`: the addresses and TLVs. False: too short for the family.
bool read_addresses(unsigned family, std::string_view behind, ProxyHeader& header) {
  constexpr std::array<std::size_t, 4> kSizes{0, 12, 36, 216};  // UNSPEC, INET(6), UNIX
  if (behind.size() < kSizes[family >> 4]) return false;
  constexpr unsigned kStream = 1;
  header.source = Source::Unknown;
  const bool v4 = family >> 4 == 1;
  if ((!v4 && family >> 4 != 2) || (family & 15U) != kStream) return true;
  header.source = Source::Named;
  const std::size_t size = v4 ? 4 : 16;
  if (v4) header.address = *parse_ip_address("0.0.0.0");
  std::memcpy(header.address.bytes.data() + 16 - size, behind.data(), size);
  const std::size_t at = 2 * size;  // behind both addresses
  header.port =
      static_cast<std::uint16_t>(byte_at(behind, at) << 8 | byte_at(behind, at + 1));
  return true;
}

ProxyProgress read_v2(std::string_view bytes, ProxyHeader& header,
                      Rejection& rejection) {
  constexpr unsigned kLocal = 0x20;
  constexpr unsigned kProxy = 0x21;
  const std::size_t at = kSignature.size();
  if (bytes.size() <= at) return ProxyProgress::NeedMore;
  const unsigned command = byte_at(bytes, at);
  if (command != kLocal && command != kProxy) {
    return refuse(rejection, "a PROXY header of unknown version or command");
  }
  if (bytes.size() < kFixed) return ProxyProgress::NeedMore;
  const unsigned family = byte_at(bytes, at + 1);
  if (family >> 4 > 3 || (family & 15U) > 2) {
    return refuse(rejection, "a PROXY header of unknown family");
  }
  const std::size_t behind = byte_at(bytes, at + 2) << 8 | byte_at(bytes, at + 3);
  if (kFixed + behind > kLongestProxyV2) {
    return refuse(rejection, "a PROXY header over 4096 bytes");
  }
  if (bytes.size() < kFixed + behind) return ProxyProgress::NeedMore;
  header.source = Source::Local;
  header.size = kFixed + behind;
  if (command == kLocal) return ProxyProgress::Complete;
  if (!read_addresses(family, bytes.substr(kFixed, behind), header)) {
    return refuse(rejection, "a PROXY header shorter than its addresses");
  }
  return ProxyProgress::Complete;
}

bool begins(std::string_view bytes, std::string_view begin) {
  const std::size_t n = std::min(bytes.size(), begin.size());
  return bytes.substr(0, n) == begin.substr(0, n);
}

}  // namespace

ProxyProgress read_proxy_header(std::string_view bytes, ProxyVersions versions,
                                ProxyHeader& header, Rejection& rejection) {
  header = {};
  if (bytes.empty()) return ProxyProgress::NeedMore;
  if (versions.v1 && begins(bytes, kTextBegin)) {
    if (bytes.size() < kTextBegin.size()) return ProxyProgress::NeedMore;
    return read_v1(bytes, header, rejection);
  }
  if (versions.v2 && begins(bytes, kSignature)) {
    if (bytes.size() < kSignature.size()) return ProxyProgress::NeedMore;
    return read_v2(bytes, header, rejection);
  }
  return refuse(rejection, "no PROXY header where one must be");
}

}  // namespace appserver::http
