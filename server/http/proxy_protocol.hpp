// The PROXY protocol, versions 1 and 2: a line or a block of bytes that a proxy puts
// before all others on a connection, to say who is at its other end. Pure and
// incremental. Spec: haproxy.org/download/2.8/doc/proxy-protocol.txt, 2.1 and 2.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/address_set.hpp"
#include "http/message.hpp"

namespace appserver::http {

/// Which headers are taken.
struct ProxyVersions {
  bool v1 = false, v2 = false;
};

struct ProxyHeader {
  enum class Source : unsigned char {
    Local,    ///< the proxy speaks for itself (a health check)
    Named,    ///< `address` and `port`
    Unknown,  ///< somebody whom the proxy cannot or does not name: UNKNOWN, UNSPEC,
              ///< a Unix socket, datagrams
  };
  Source source = Source::Unknown;
  IpAddress address;
  std::uint16_t port = 0;
  std::size_t size = 0;  ///< bytes of the header; what follows is HTTP
};

enum class ProxyProgress : unsigned char { Complete, NeedMore, Refused };

/// Bytes of a header at most. Version 1: of the specification. Version 2 could have
/// 65,551; all that is sent with addresses and TLVs today fits.
inline constexpr std::size_t kLongestProxyV1 = 107;
inline constexpr std::size_t kLongestProxyV2 = 4096;

/// Reads a header from the start of `bytes`, which may be cut anywhere: a prefix gives
/// NeedMore or the answer of the whole. Of version 2 the TLVs are skipped. Refused: not
/// a header of `versions`, malformed, or over its limit; `rejection` says why (400).
ProxyProgress read_proxy_header(std::string_view bytes, ProxyVersions versions,
                                ProxyHeader& header, Rejection& rejection);

}  // namespace appserver::http
