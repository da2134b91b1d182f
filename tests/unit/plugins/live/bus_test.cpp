// The bus between workers, with its sockets in a folder of the test's.
#include "chat/bus.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

class BusTest : public ::testing::Test {
 protected:
  BusTest() {
    std::string name = fs::temp_directory_path() / "bus-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    top = name;
    folder = top / "bus";
  }

  ~BusTest() override { fs::remove_all(top); }

  static std::string heard(Bus& bus) {
    std::string bytes;
    return bus.receive(bytes) ? bytes : "(nothing)";
  }

  fs::path top, folder;
  std::vector<std::string> gone;
};

TEST_F(BusTest, WhoComesSeesThoseThatAreThere) {
  Bus first(folder);
  EXPECT_THAT(first.siblings(), IsEmpty());
  Bus second(folder);
  EXPECT_THAT(second.siblings(), ElementsAre(first.name()));
  second.send_all("hello", gone);
  EXPECT_EQ(heard(first), "hello");
  EXPECT_EQ(heard(first), "(nothing)");
  EXPECT_TRUE(first.meet(second.name()));
  EXPECT_FALSE(first.meet(second.name()));
  EXPECT_FALSE(first.meet(first.name()));
  first.send(second.name(), "and you", gone);
  EXPECT_EQ(heard(second), "and you");
  EXPECT_THAT(gone, IsEmpty());
}

TEST_F(BusTest, WhoHasGoneIsToldOnceAndItsSocketTakenAway) {
  Bus first(folder);
  std::string name;
  {
    Bus second(folder);
    name = second.name();
    first.meet(name);
  }
  first.send_all("x", gone);
  EXPECT_THAT(gone, ElementsAre(name));
  first.send_all("x", gone);
  EXPECT_THAT(gone, ElementsAre(name));
}

TEST_F(BusTest, TheSocketOfAKilledOneIsTakenAway) {
  Bus first(folder);
  const std::string dead = "0123456789abcdef";
  {
    const OwnFd socket(::socket(AF_UNIX, SOCK_DGRAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder / dead;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                     sizeof address),
              0);
  }
  Bus second(folder);
  EXPECT_EQ(second.siblings().size(), 2U);
  second.send_all("x", gone);
  EXPECT_THAT(gone, ElementsAre(dead));
  EXPECT_FALSE(fs::exists(folder / dead));
}

TEST_F(BusTest, TheLastTakesTheFolderAway) {
  {
    const Bus first(folder);
    { const Bus second(folder); }
    EXPECT_TRUE(fs::exists(folder));
  }
  EXPECT_FALSE(fs::exists(folder));
}

TEST_F(BusTest, WhoDoesNotReadIsWaitedForALittleAndPassedOver) {
  Bus first(folder);
  Bus second(folder);
  first.meet(second.name());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 10'000; ++i) first.send_all(std::to_string(i), gone);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Bus::kSulk + Bus::kPatience);
  EXPECT_THAT(gone, IsEmpty());
  EXPECT_EQ(heard(second), "0");
}

TEST_F(BusTest, WhileItWaitsItTakesInWhatComes) {
  Bus first(folder);
  Bus second(folder);
  first.meet(second.name());
  for (int i = 0; i < 5; ++i) second.send_all("for first " + std::to_string(i), gone);
  for (int i = 0; i < 10'000; ++i) first.send_all("x", gone);  // until it sulks
  for (int i = 0; i < 5; ++i) EXPECT_EQ(heard(first), "for first " + std::to_string(i));
}

TEST_F(BusTest, AFolderThatOthersMayEnterIsRefused) {
  ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  EXPECT_THROW(Bus{folder}, std::runtime_error);
  fs::remove(folder);
  std::ofstream(folder) << "a file";
  EXPECT_THROW(Bus{folder}, std::runtime_error);
  fs::remove(folder);
  fs::create_directory_symlink(top, folder);
  EXPECT_THROW(Bus{folder}, std::runtime_error);
}

TEST_F(BusTest, AFolderWithALongNameIsRefused) {
  EXPECT_THROW(Bus(top / std::string(120, 'x')), std::runtime_error);
}

TEST_F(BusTest, WhatElseIsInTheFolderIsNobody) {
  ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
  std::ofstream(folder / "README") << "x";
  const Bus bus(folder);
  EXPECT_THAT(bus.siblings(), IsEmpty());
}

}  // namespace
