// Who asks: the peer of a connection, and the client of one request behind it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/address_set.hpp"
#include "http/forwarded.hpp"

namespace appserver::serve {

/// Who is at the other end of a connection: what the socket says, or the PROXY header.
/// Short texts, kept in the connection.
struct Peer {
  std::array<char, 46> addr{};
  std::array<char, 6> port{};
  std::uint8_t addr_size = 0, port_size = 0;  ///< 0: a Unix socket, or hidden
  bool is_hidden = false;                     ///< the PROXY header does not name it

  [[nodiscard]] std::string_view address() const { return {addr.data(), addr_size}; }
};

Peer peer_at(const IpAddress& address, std::uint16_t port);

/// Is the peer one of `set`? One that is hidden is only if everybody is.
bool is_among(const Peer& peer, const AddressSet& set);

/// What trusted proxies say of one request. Lives in the block as its head does.
struct Client {
  bool is_told = false;  ///< else nothing, and the rest is of an earlier request
  http::Forwarding told;
  IpText address;               ///< of told.address
  std::string_view request_id;  ///< "": not told
};

}  // namespace appserver::serve
