// What a host has promised to run exactly once, counted: granted, refused, ended.
// Tokens are kept as long as the instance, so that a second run is seen and not a
// crash.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace counted {

enum class Kind : std::uint8_t {
  OnClose,
  Attribute,
  Source,
  Detached,
  Post,
  Timer,
  Readable,
  Writable,
  WebSocket,
  WebSocketPost,
  Layer
};

inline constexpr std::array<std::string_view, 11> kNames = {
    "on_close", "attribute", "source",    "detached",       "post", "timer",
    "readable", "writable",  "websocket", "websocket_post", "layer"};

class Ledger;

/// One promise. Threads: any.
class Token {
 public:
  Token(Ledger& ledger, Kind kind, void* owner)
      : ledger_(ledger), kind_(kind), of(owner) {}

  /// It was kept, with this reason.
  void end(std::int64_t reason);
  /// The host has refused it: it may not run.
  void refuse();
  /// Something about it was not as it should be.
  void wrong();

 private:
  enum class State : std::uint8_t { Granted, Refused, Ended };

  Ledger& ledger_;
  const Kind kind_;
  std::atomic<State> state_{State::Granted};

 public:
  void* const of;  ///< whose it is
};

/// All promises to one instance. Threads: any.
class Ledger {
 public:
  /// Before the host is asked: what it promises may have run when it returns.
  Token& grant(Kind kind, void* of) {
    const std::lock_guard lock(mutex_);
    ++line(kind).granted;
    return tokens_.emplace_back(*this, kind, of);
  }

  void count_call() { ++calls_; }

  /// "calls N", "descriptors N", a line for each kind ("kind granted refused ended
  /// wrong"), and what it ended with ("# kind reason times").
  std::string text() {
    const auto files =
        std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                      std::filesystem::directory_iterator());
    std::string said = "calls " + std::to_string(calls_) + "\ndescriptors " +
                       std::to_string(files) + "\n";
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      const Line& line = lines_[i];
      said += kNames[i];
      for (const std::uint64_t n :
           {line.granted, line.refused, line.ended, line.wrong}) {
        said += " " + std::to_string(n);
      }
      said += "\n";
      for (const auto& [reason, times] : line.reasons) {
        said += "# " + std::string(kNames[i]) + " " + std::to_string(reason) + " " +
                std::to_string(times) + "\n";
      }
    }
    return said;
  }

 private:
  friend class Token;

  struct Line {
    std::uint64_t granted = 0, refused = 0, ended = 0, wrong = 0;
    std::map<std::int64_t, std::uint64_t> reasons;
  };

  Line& line(Kind kind) { return lines_[static_cast<std::size_t>(kind)]; }

  std::atomic<std::uint64_t> calls_{0};
  std::mutex mutex_;  // guards the rest
  std::array<Line, kNames.size()> lines_;
  std::deque<Token> tokens_;
};

inline void Token::end(std::int64_t reason) {
  const std::lock_guard lock(ledger_.mutex_);
  Ledger::Line& line = ledger_.line(kind_);
  ++line.reasons[reason];
  ++(state_.exchange(State::Ended) == State::Granted ? line.ended : line.wrong);
}

inline void Token::refuse() {
  const std::lock_guard lock(ledger_.mutex_);
  Ledger::Line& line = ledger_.line(kind_);
  ++(state_.exchange(State::Refused) == State::Granted ? line.refused : line.wrong);
}

inline void Token::wrong() {
  const std::lock_guard lock(ledger_.mutex_);
  ++ledger_.line(kind_).wrong;
}

}  // namespace counted
