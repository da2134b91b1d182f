#include "serve/address_count.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <string>

#include <gtest/gtest.h>

namespace appserver::serve {
namespace {

using Verdict = AddressCount::Verdict;

AddressKey key_of(int family, const std::string& text) {
  sockaddr_storage address{};
  address.ss_family = static_cast<sa_family_t>(family);
  void* to = family == AF_INET
                 ? static_cast<void*>(&reinterpret_cast<sockaddr_in&>(address).sin_addr)
                 : &reinterpret_cast<sockaddr_in6&>(address).sin6_addr;
  EXPECT_EQ(::inet_pton(family, text.c_str(), to), 1);
  return address_key(address);
}

TEST(AddressKey, IsTheIpv4Address) {
  EXPECT_EQ(key_of(AF_INET, "192.0.2.1"), key_of(AF_INET, "192.0.2.1"));
  EXPECT_NE(key_of(AF_INET, "192.0.2.1"), key_of(AF_INET, "192.0.2.2"));
}

TEST(AddressKey, IsTheNetworkOfAnIpv6Address) {
  EXPECT_EQ(key_of(AF_INET6, "2001:db8:1:2::1"), key_of(AF_INET6, "2001:db8:1:2:f::9"));
  EXPECT_NE(key_of(AF_INET6, "2001:db8:1:2::1"), key_of(AF_INET6, "2001:db8:1:3::1"));
}

TEST(AddressKey, IsNobodyOnlyOnAUnixSocket) {
  sockaddr_storage address{};
  address.ss_family = AF_UNIX;
  EXPECT_EQ(address_key(address), 0U);
  EXPECT_NE(key_of(AF_INET6, "::1"), 0U);
  EXPECT_NE(key_of(AF_INET, "127.0.0.1"), 0U);
}

TEST(AddressCount, ServesUpToTheLimitThenTellsAsManyThenDrops) {
  AddressCount count(1);
  EXPECT_EQ(count.admit(7, 2), Verdict::Serve);
  EXPECT_EQ(count.admit(7, 2), Verdict::Serve);
  EXPECT_EQ(count.admit(7, 2), Verdict::TurnAway);
  EXPECT_EQ(count.admit(7, 2), Verdict::TurnAway);
  EXPECT_EQ(count.admit(7, 2), Verdict::Drop);
  EXPECT_EQ(count.admit(8, 2), Verdict::Serve);  // another address is another count
}

TEST(AddressCount, ThoseTurnedAwayHoldNoPlace) {
  AddressCount count(1);
  EXPECT_EQ(count.admit(7, 1), Verdict::Serve);
  EXPECT_EQ(count.admit(7, 1), Verdict::TurnAway);
  count.leave(7, false);
  EXPECT_EQ(count.admit(7, 1), Verdict::Serve);
  EXPECT_EQ(count.admit(7, 1), Verdict::Drop);
  count.leave(7, true);
  EXPECT_EQ(count.admit(7, 1), Verdict::TurnAway);
}

TEST(AddressCount, KeepsNothingOfThoseWhoLeft) {
  AddressCount count(1);
  for (AddressKey key = 1; key <= 1000; ++key) count.admit(key, 1);
  EXPECT_EQ(count.size(), 1000U);
  for (AddressKey key = 1; key <= 1000; ++key) count.leave(key, false);
  EXPECT_EQ(count.size(), 0U);
  count.leave(1, false);  // one that nobody counted
  EXPECT_EQ(count.size(), 0U);
}

}  // namespace
}  // namespace appserver::serve
