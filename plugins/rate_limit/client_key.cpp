#include "client_key.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

ClientKey::ClientKey(std::string_view address) noexcept : text_(address) {
  std::array<char, INET6_ADDRSTRLEN> text{};  // inet_pton wants a NUL
  address = address.substr(0, address.find('%'));
  if (address.size() >= text.size()) return;
  std::copy(address.begin(), address.end(), text.begin());
  in6_addr v6{};
  if (inet_pton(AF_INET, text.data(), address_.data()) == 1) {
    size_ = 4;
  } else if (inet_pton(AF_INET6, text.data(), &v6) == 1) {
    const bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6);
    size_ = is_v4 ? 4 : 8;
    std::memcpy(address_.data(), &v6.s6_addr[is_v4 ? 12 : 0], size_);
  }
}
