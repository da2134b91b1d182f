// How many connections each client address has open, for
// limit_connections_per_address. Knows no connections.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace appserver::serve {

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 address, since
/// whoever has one address of it has all. 0: nobody that could be counted (a unix
/// socket).
using AddressKey = std::uint64_t;

AddressKey address_key(const sockaddr_storage& address);

/// Holds one entry for each address with an open connection, so never more entries than
/// the worker has connections. Threads: the I/O thread.
class AddressCount {
 public:
  enum class Verdict : unsigned char {
    Serve,
    TurnAway,  ///< over the limit: tell it
    Drop,      ///< as many as may be served are being told already: no more words
  };

  /// `seed`: unknown to clients, who choose their addresses and so the places in the
  /// table.
  explicit AddressCount(std::uint64_t seed) : open_(0, Mix{seed}) {}

  /// Counts a new connection, unless it is to be dropped. `limit`: those served at
  /// once.
  Verdict admit(AddressKey key, std::uint32_t limit);

  /// One that was admitted is over.
  void leave(AddressKey key, bool was_turned_away);

  [[nodiscard]] std::size_t size() const { return open_.size(); }

 private:
  struct Open {
    std::uint32_t served = 0, turned_away = 0;
  };

  struct Mix {
    std::uint64_t seed;
    std::size_t operator()(AddressKey key) const;
  };

  std::unordered_map<AddressKey, Open, Mix> open_;
};

}  // namespace appserver::serve
