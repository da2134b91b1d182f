// Bytes waiting in memory of somebody else: appended at the end, taken from the front.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "base/copy.hpp"

namespace appserver {

/// A fixed room of bytes [begin, end) inside `capacity`. Never grows, never allocates.
class ByteQueue {
 public:
  ByteQueue() = default;

  ByteQueue(char* room, std::size_t capacity) : room_(room), capacity_(capacity) {}

  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  [[nodiscard]] std::size_t size() const { return end_ - begin_; }

  [[nodiscard]] bool empty() const { return begin_ == end_; }

  [[nodiscard]] std::size_t room() const { return capacity_ - end_; }

  [[nodiscard]] char* front() { return room_ + begin_; }

  [[nodiscard]] const char* front() const { return room_ + begin_; }

  [[nodiscard]] char* back() { return room_ + end_; }

  [[nodiscard]] std::string_view view() const { return {front(), size()}; }

  void append(std::string_view bytes) {
    assert(bytes.size() <= room());
    put(back(), bytes);
    end_ += bytes.size();
  }

  void append(char c) {
    assert(room() > 0);
    room_[end_++] = c;
  }

  /// n bytes were put at back().
  void grew(std::size_t n) { end_ += n; }

  void drop_front(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Cuts the end off, back to `size` bytes.
  void truncate(std::size_t size) { end_ = begin_ + size; }

  /// Moves the bytes to the start, so that room() is all there is.
  void compact() {
    if (begin_ == 0) return;
    std::memmove(room_, front(), size());
    end_ -= begin_;
    begin_ = 0;
  }

  void clear() { begin_ = end_ = 0; }

 private:
  char* room_ = nullptr;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace appserver
