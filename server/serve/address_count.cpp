#include "serve/address_count.hpp"

#include <netinet/in.h>

#include <cstring>

namespace appserver::serve {

// The two kinds do not meet: no host has an address in ::/32 (RFC 4291 2.4).
AddressKey address_key(const sockaddr_storage& address) {
  AddressKey key = 0;
  if (address.ss_family == AF_INET) {
    key = ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    for (std::size_t i = 0; i < sizeof key; ++i)
      key = key << 8U | v6.sin6_addr.s6_addr[i];
    if (key == 0) key = 1;  // ::1, which is somebody
  }
  return key;
}

AddressCount::Verdict AddressCount::admit(AddressKey key, std::uint32_t limit) {
  Open& open = open_[key];
  if (open.served < limit) {
    ++open.served;
    return Verdict::Serve;
  }
  if (open.turned_away < limit) {
    ++open.turned_away;
    return Verdict::TurnAway;
  }
  return Verdict::Drop;  // the entry is there already: some are open
}

void AddressCount::leave(AddressKey key, bool was_turned_away) {
  const auto found = open_.find(key);
  if (found == open_.end()) return;
  Open& open = found->second;
  --(was_turned_away ? open.turned_away : open.served);
  if (open.served == 0 && open.turned_away == 0) open_.erase(found);
}

/// The finaliser of SplitMix64.
std::size_t AddressCount::Mix::operator()(AddressKey key) const {
  std::uint64_t x = key + seed;
  x = (x ^ x >> 30U) * 0xbf58476d1ce4e5b9U;
  x = (x ^ x >> 27U) * 0x94d049bb133111ebU;
  return x ^ x >> 31U;
}

}  // namespace appserver::serve
