#include "control/channel.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace appserver::control {
namespace {

TEST(Channel, MessagesKeepTheirBoundaries) {
  auto [one, other] = Channel::make_pair();
  EXPECT_TRUE(one.send("adopt 1"));
  EXPECT_TRUE(one.send("release 2"));
  bool ended = true;
  const auto messages = other.receive(ended);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].text, "adopt 1");
  EXPECT_EQ(messages[1].text, "release 2");
  EXPECT_FALSE(ended);
}

TEST(Channel, DescriptorsComeWithTheirMessage) {
  auto [one, other] = Channel::make_pair();
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd in(ends[0]);
  const UniqueFd out(ends[1]);
  EXPECT_TRUE(one.send("first"));
  EXPECT_TRUE(one.send("slot 3", {out.get(), in.get()}));
  bool ended = false;
  const auto messages = other.receive(ended);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_TRUE(messages[0].fds.empty());
  ASSERT_EQ(messages[1].fds.size(), 2U);
  const int copy = messages[1].fds[0].get();
  EXPECT_NE(copy, out.get());
  EXPECT_EQ(::fcntl(copy, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(::write(copy, "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(in.get(), &byte, 1), 1);
}

TEST(Channel, AClosedEndIsSeen) {
  auto [one, other] = Channel::make_pair();
  other.close();
  bool ended = false;
  EXPECT_TRUE(one.receive(ended).empty());
  EXPECT_TRUE(ended);
  EXPECT_FALSE(one.send("nobody hears this"));
}

TEST(Channel, ALongMessageIsCut) {
  auto [one, other] = Channel::make_pair();
  EXPECT_TRUE(one.send(std::string(Channel::kMessageMost + 1, 'x')));
  bool ended = false;
  const auto messages = other.receive(ended);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].text.size(), Channel::kMessageMost);
}

}  // namespace
}  // namespace appserver::control
