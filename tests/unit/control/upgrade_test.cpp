// How a server tells the next one what it inherits.
#include "control/upgrade.hpp"

#include <gtest/gtest.h>

namespace appserver::control {
namespace {

TEST(Inheritance, IsReadAsItWasWritten) {
  const Inheritance sockets = {
      {"127.0.0.1:8000", {6, 7}}, {"[::1]:8000", {9}}, {"unix:/run/a b=c.sock", {8}}};
  int channel = -1;
  Inheritance read;
  ASSERT_TRUE(read_inheritance(write_inheritance(5, sockets), channel, read));
  EXPECT_EQ(channel, 5);
  EXPECT_EQ(read, sockets);
}

TEST(Inheritance, MayBeNone) {
  int channel = -1;
  Inheritance read;
  EXPECT_TRUE(read_inheritance("5", channel, read));
  EXPECT_TRUE(read.empty());
}

TEST(Inheritance, WhatNobodyWroteIsRefused) {
  for (const char* text : {"", "x", "-5", "5\nnothing", "5\n=6", "5\na=", "5\na=x",
                           "5\na=6,,7", "5\na=6,-7", "5 6", "99999999999"}) {
    int channel = -1;
    Inheritance read;
    EXPECT_FALSE(read_inheritance(text, channel, read)) << text;
  }
}

}  // namespace
}  // namespace appserver::control
