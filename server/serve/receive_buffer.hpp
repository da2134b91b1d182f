// Bytes received and not used yet, behind a request head that must stay where it is.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

namespace appserver::serve {

/// [held | unread | room]. Held bytes (the head that the environ points into) never
/// move.
class ReceiveBuffer {
 public:
  void attach(char* bytes, std::size_t capacity) {
    bytes_ = bytes, capacity_ = capacity;
  }

  [[nodiscard]] std::span<char> unread() { return {bytes_ + begin_, end_ - begin_}; }

  [[nodiscard]] bool empty() const { return begin_ == end_; }

  [[nodiscard]] char* back() { return bytes_ + end_; }

  [[nodiscard]] std::size_t room() const { return capacity_ - end_; }

  /// Is there room, perhaps behind compact()?
  [[nodiscard]] bool can_make_room() const {
    return end_ < capacity_ || begin_ > held_;
  }

  /// Where the unread bytes begin.
  [[nodiscard]] std::size_t offset() const { return begin_; }

  /// All that could ever be unread at once while the held bytes stay.
  [[nodiscard]] std::size_t capacity_behind_held() const { return capacity_ - held_; }

  void grew(std::size_t n) { end_ += n; }

  /// The first n unread bytes are used.
  void drop(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = held_;
  }

  /// The first n unread bytes are a head: used, and held until release().
  void hold(std::size_t n) {
    held_ = begin_ + n;
    drop(n);
  }

  /// The head is no longer needed; what is unread stays where it is.
  void release() {
    held_ = 0;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Moves what is unread up against the held bytes.
  void compact() {
    if (begin_ == held_) return;
    std::memmove(bytes_ + held_, bytes_ + begin_, end_ - begin_);
    end_ -= begin_ - held_;
    begin_ = held_;
  }

  void clear() { begin_ = end_ = held_ = 0; }

 private:
  char* bytes_ = nullptr;
  std::size_t capacity_ = 0, held_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace appserver::serve
