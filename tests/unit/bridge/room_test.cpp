#include "bridge/room.hpp"

#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

namespace appserver::bridge {
namespace {

bool is_zero(const void* at, std::size_t n) {
  const auto* bytes = static_cast<const unsigned char*>(at);
  for (std::size_t i = 0; i < n; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

TEST(Room, GivesZeroedAlignedBytesThatDoNotOverlap) {
  Room room;
  char* before = nullptr;
  for (const std::size_t n : {1U, 16U, 17U, 900U, 3000U, 5U, 0U, 70'000U}) {
    char* const at = static_cast<char*>(room.take(n));
    ASSERT_NE(at, nullptr) << n;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % 16, 0U);
    EXPECT_NE(at, before);
    EXPECT_TRUE(is_zero(at, n));
    std::memset(at, 0xff, n);
    before = at;
  }
}

TEST(Room, IsZeroAgainForTheNextExchange) {
  Room room;
  std::memset(room.take(64), 0xff, 64);
  room.clear();
  EXPECT_TRUE(is_zero(room.take(64), 64));
}

TEST(Room, GivesWhatItMayAndNoByteMore) {
  Room room;
  EXPECT_NE(room.take(Room::kMost - 32), nullptr);
  EXPECT_NE(room.take(32), nullptr);
  EXPECT_EQ(room.take(1), nullptr);
  room.clear();
  EXPECT_EQ(room.take(Room::kMost + 1), nullptr);
  EXPECT_EQ(room.take(SIZE_MAX), nullptr);
  EXPECT_NE(room.take(Room::kMost), nullptr);
}

}  // namespace
}  // namespace appserver::bridge
