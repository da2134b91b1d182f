// A session with an owner that writes down what it is told, and may act on it.
#pragma once

#include <cstddef>
#include <functional>
#include <iomanip>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/websocket_session.hpp"

namespace appserver::net {

class WebSocketPeer final : public WebSocketEvents {
 public:
  static constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455 1.3

  /// The handshake is done and its answer, `head`, taken. Time is 0.
  explicit WebSocketPeer(const WebSocketOptions& options = {},
                         std::string_view extensions = "",
                         std::string_view protocol = "",
                         std::span<const http::Field> fields = {})
      : session(services, options, {kKey, extensions, protocol, fields}, *this, 0),
        head(take_all()) {}

  Next on_message(WebSocketKind kind, std::string_view bytes) override {
    events.push_back((kind == WebSocketKind::Text ? "text " : "binary ") +
                     std::string(bytes));
    return at_message ? at_message() : Next::Go;
  }

  void on_writable() override {
    events.emplace_back("writable");
    if (at_writable) at_writable();
  }

  void on_closed(std::uint16_t code, std::string_view why) override {
    events.push_back("closed " + std::to_string(code) + " " + std::string(why));
  }

  void on_failed(std::uint16_t code) override {
    events.push_back("failed " + std::to_string(code));
  }

  /// All the output, taken from the session.
  std::string take_all() {
    std::string all;
    while (!session.output().empty()) {
      const std::string part(session.output());
      all += part;
      session.drop_output(part.size());
    }
    return all;
  }

  /// What the session answers to `bytes`.
  std::string answer_to(std::string_view bytes) {
    session.feed(bytes);
    return take_all();
  }

  std::function<Next()> at_message;
  std::function<void()> at_writable;
  std::vector<std::string> events;
  WebSocketServices services;
  WebSocketSession session;
  std::string head;
};

/// All that a session did.
struct Outcome {
  std::vector<std::string> events;
  std::string output;
  bool over = false;

  friend bool operator==(const Outcome&, const Outcome&) = default;

  friend void PrintTo(const Outcome& outcome, std::ostream* to) {
    for (const std::string& event : outcome.events) *to << event << " | ";
    *to << (outcome.over ? "over, " : "open, ") << std::quoted(outcome.output);
  }
};

}  // namespace appserver::net
