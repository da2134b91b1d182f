// Who asked, and how, as the proxies in front of us tell it: Forwarded (RFC 7239) and
// X-Forwarded-For, -Proto, -Host. Pure: fields in, an answer out, no allocation. The
// caller has made sure that the peer itself is trusted.
//
// A list is read from its right end, where the nearest proxy wrote. Each element is
// vouched for by the proxy to its right, so reading stops at the first address that is
// not trusted: that is the client, and what stands to its left is only what the client
// said. If all are trusted, the client is the left-most. An element that must be
// believed but cannot be read, or says that the address is hidden (`unknown`, `_x`),
// makes the client unknown. It never falls back to the proxy's own address: apps may
// trust that, and it could be had by sending garbage.
//
// Scheme and host are those that the same proxy wrote: with Forwarded, of the same
// element; with X-Forwarded-Proto and -Host, at the same distance from the right end,
// or the left-most that there is (many proxies write one value and append nothing).
// What is no http or https, no host[:port], is ignored.
//
// Where both kinds are present, a thing is believed only if both say the same of it: a
// proxy that writes one kind often passes on the other as its client sent it.
#pragma once

#include <span>
#include <string_view>

#include "base/address_set.hpp"
#include "http/message.hpp"

namespace appserver::http {

/// Lives: views into the fields; scheme into the program.
struct Forwarding {
  enum class Client : unsigned char {
    Peer,     ///< nothing was said: it is the connection's peer
    Named,    ///< `address`, perhaps `port`
    Unknown,  ///< nobody can say
  };
  Client client = Client::Peer;
  IpAddress address;
  std::string_view port;    ///< of the client: 1 to 65535; "": not told
  std::string_view scheme;  ///< "http", "https"; "": not told
  std::string_view host;    ///< host or host:port, valid; "": not told
};

/// Elements of a list that are looked at; chains of proxies are far shorter. A longer
/// list of trusted ones makes the client unknown.
inline constexpr unsigned kMostHops = 64;

/// What `fields` (names in lower case; several of one name are one list) tell, if the
/// addresses in `trusted` are those of proxies that speak the truth.
/// Spec: RFC 7239 4 to 6, 7.1.
Forwarding read_forwarded(std::span<const Field> fields, const AddressSet& trusted);

/// The value of the only X-Request-ID, if it has 1 to 128 bytes of [A-Za-z0-9_.-]; else
/// "".
std::string_view request_id_in(std::span<const Field> fields);

}  // namespace appserver::http
