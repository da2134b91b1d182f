// How a setting is shown to a person.
#include "config/settings.hpp"

namespace appserver::config {

AddressSet local_peers() {
  AddressSet set;
  for (const char* word : {"127.0.0.1", "::1", "unix"}) {
    const auto known_to_be_good = set.add(word);
    static_cast<void>(known_to_be_good);
  }
  return set;
}

std::string BindAddress::text() const {
  switch (kind) {
    case Kind::Unix:
      return "unix:" + path;
    case Kind::Inherited:
      return "fd://" + std::to_string(fd);
    case Kind::Tcp:
      break;
  }
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace appserver::config
