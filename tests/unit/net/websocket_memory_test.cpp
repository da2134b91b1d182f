// What a session leaves behind where there is no memory for a message.
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <new>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket_frames.hpp"
#include "websocket_peer.hpp"

namespace appserver::net {
namespace {

using testing::ElementsAre;

/// This process gets `more` bytes of addresses. Lives: gives it all again.
class MemoryBound {
 public:
  explicit MemoryBound(rlim_t more) {
    std::ifstream statm("/proc/self/statm");
    rlim_t pages = 0;
    statm >> pages;
    ::getrlimit(RLIMIT_AS, &before_);
    const rlimit bound = {pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + more,
                          before_.rlim_max};
    ::setrlimit(RLIMIT_AS, &bound);
  }

  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;

  ~MemoryBound() { ::setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

TEST(WebSocketMemory, OfASendThatThereIsNoneForNothingLeaves) {
  WebSocketOptions options;
  options.send_limit = 1U << 30U;
  for (const bool deflates : {false, true}) {
    SCOPED_TRACE(deflates);
    options.deflate.enabled = deflates;
    WebSocketPeer peer(options,
                       deflates ? "permessage-deflate; client_max_window_bits" : "");
    std::string noise(64U << 20U, 'n');
    unsigned word = 1;
    for (char& c : noise)
      c = static_cast<char>((word = word * 1664525U + 1013904223U) >> 24U);
    EXPECT_EQ(WebSocketSent::Done, peer.session.send(WebSocketKind::Text, "whole"));
    {
      const MemoryBound bound(32U << 20U);
      EXPECT_THROW(peer.session.send(WebSocketKind::Binary, noise), std::bad_alloc);
    }
    EXPECT_EQ(bare(kFin | kText, "whole"), peer.session.output());
    peer.session.break_off();
    EXPECT_EQ(bare(kFin | kText, "whole") + close_said(1011), peer.take_all());
    EXPECT_THAT(peer.events, ElementsAre("failed 1011"));
  }
}

TEST(WebSocketMemory, AMessageThatThereIsNoneForIsBrokenOff) {
  WebSocketOptions options;
  options.message_limit = 1U << 30U;
  WebSocketPeer peer(options);
  const std::string large = frame(kFin | kBinary, std::string(128U << 20U, 'm'));
  {
    const MemoryBound bound(32U << 20U);
    EXPECT_THROW(peer.session.feed(large), std::bad_alloc);
  }
  peer.session.break_off();
  EXPECT_EQ(close_said(1011), peer.take_all());
  EXPECT_THAT(peer.events, ElementsAre("failed 1011"));
}

}  // namespace
}  // namespace appserver::net
