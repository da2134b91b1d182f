// A detached exchange as its connection carries it: news from other threads comes to
// the I/O thread through the loop.
#pragma once

#include "bridge/pending.hpp"
#include "net/event_loop.hpp"

namespace appserver::serve {

class Connection;

class DetachedCall final : public bridge::Pending, public net::Posted {
 public:
  DetachedCall(Connection& connection, net::EventLoop& loop)
      : connection_(&connection), loop_(loop) {}

  /// The exchange is over, or its connection is. Gives the host's reference back.
  /// Threads: the I/O thread.
  void leave() {
    connection_ = nullptr;
    let_go();
  }

  void run_on_loop() override;

 private:
  /// Holds a reference until run_on_loop: the exchange may be over before.
  void notify() override;

  Connection* connection_;
  net::EventLoop& loop_;
};

}  // namespace appserver::serve
