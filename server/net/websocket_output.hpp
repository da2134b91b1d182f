// What one WebSocket has to send and its client has not taken yet. Knows bytes, and of
// frames only which one is a pong or a close.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace appserver::net {

class WebSocketOutput {
 public:
  /// The longest control frame of a server (RFC 6455 5.5): head and 125 bytes.
  static constexpr std::size_t kControlFrame = 2 + 125;

  [[nodiscard]] std::string_view view() const {
    return std::string_view(bytes_).substr(taken_);
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size() - taken_; }

  void append(std::string_view bytes) {
    if (taken_ > kCompact && taken_ >= size()) {
      bytes_.erase(0, taken_);
      pong_ = pong_ == kNone || pong_ < taken_ ? kNone : pong_ - taken_;
      taken_ = 0;
    }
    bytes_.append(bytes);
  }

  /// A ping, pong or close frame, whole. A pong takes the place of one that the client
  /// has left lying (RFC 6455 5.5.3): who floods pings and reads nothing costs one.
  void append_control(std::string_view frame) {
    const bool is_pong = frame.size() >= 2 && frame[0] == '\x8a';
    const bool is_close = frame.size() >= 4 && frame[0] == '\x88';
    if (is_pong && neglected_ && pong_ != kNone && pong_ >= taken_ &&
        pong_ + pong_size_ == bytes_.size()) {
      bytes_.resize(pong_);
    }
    append(frame);
    if (is_pong) {
      pong_ = bytes_.size() - frame.size();
      pong_size_ = frame.size();
    }
    if (is_close && peer_code_is_bad_) {
      bytes_.replace(bytes_.size() - frame.size() + 2, 2, "\x03\xea");  // 1002
    }
    closed_ = closed_ || frame[0] == '\x88';
  }

  /// The client has taken `n` bytes; n <= size().
  void drop(std::size_t n) {
    taken_ += n;
    if (taken_ < bytes_.size()) return;
    taken_ = 0;
    pong_ = kNone;
    neglected_ = false;
    if (bytes_.capacity() > kKept) std::string().swap(bytes_);
    bytes_.clear();
  }

  /// More comes in: what has not been taken by now is neglected.
  void mark_neglected() { neglected_ = size() != 0; }

  /// What was appended since there were `size` bytes has no end: it does not leave.
  void cut(std::size_t size) { bytes_.resize(taken_ + size); }

  /// The next close frame is the echo of a code that may not be sent: 1002 instead.
  void refuse_peer_code() { peer_code_is_bad_ = true; }

  [[nodiscard]] bool peer_code_is_bad() const { return peer_code_is_bad_; }

  /// A close frame has been appended.
  [[nodiscard]] bool is_closed() const { return closed_; }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  static constexpr std::size_t kKept = 256;      // what an idle WebSocket keeps
  static constexpr std::size_t kCompact = 4096;  // moving less is not worth it

  std::string bytes_;
  std::size_t taken_ = 0;     ///< of bytes_, from the front
  std::size_t pong_ = kNone;  ///< where the last pong begins in bytes_
  std::size_t pong_size_ = 0;
  bool neglected_ = false, closed_ = false, peer_code_is_bad_ = false;
};

}  // namespace appserver::net
