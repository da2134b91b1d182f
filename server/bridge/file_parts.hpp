// Parts of a body that come from descriptors, each at its place in the output stream:
// gw.file/1. Knows no sockets: whoever sends takes the first part's descriptor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <gateway/file.h>

#include "base/unique_fd.hpp"

namespace appserver::bridge {

/// The bytes [offset, offset + left) of a regular file, by a descriptor of its own.
class FilePart {
 public:
  FilePart() = default;

  /// Checks and duplicates; `fd` stays the caller's. length -1: to the end of the file.
  /// GW_OK, GW_E_INVALID (not a regular file, not open for reading, shorter than that),
  /// GW_E_NOMEM (no descriptor is left).
  static std::int32_t open(int fd, std::int64_t offset, std::int64_t length,
                           FilePart& part);

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] std::int64_t offset() const { return offset_; }

  [[nodiscard]] std::uint64_t left() const { return left_; }

  /// n bytes of it have been sent.
  void advance(std::uint64_t n) {
    offset_ += static_cast<std::int64_t>(n);
    left_ -= n;
  }

  /// For layers that want to see the bytes: reads on at `to`. > 0 bytes, 0 at the end
  /// of the part, GW_E_APP where the file has become shorter or cannot be read. Waits
  /// for the disk.
  std::int64_t read(void* to, std::size_t cap);

 private:
  UniqueFd fd_;
  std::int64_t offset_ = 0;
  std::uint64_t left_ = 0;
};

/// Those of an exchange that have not left, in order. Between them leave the bytes of
/// the output queue. Threads: one at a time, the one that serves the exchange.
class FileParts {
 public:
  static constexpr std::size_t kMost = GW_PARTS_MOST;

  [[nodiscard]] bool empty() const { return count_ == 0; }

  [[nodiscard]] bool is_full() const { return count_ == kMost; }

  /// Behind the first `queued` bytes of the output queue; only while not is_full().
  void add(FilePart&& part, std::size_t queued) {
    places_[(first_ + count_) % kMost] = {std::move(part), queued - marked_};
    marked_ = queued;
    ++count_;
  }

  // Of the first; only while not empty().

  [[nodiscard]] FilePart& first() { return places_[first_].part; }

  /// Bytes of the output queue that leave before it.
  [[nodiscard]] std::size_t queued_before() const { return places_[first_].before; }

  /// n of those have left; n <= queued_before().
  void note_queue_left(std::size_t n) {
    places_[first_].before -= n;
    marked_ -= n;
  }

  /// n bytes of the file have left. Closes it with its last.
  void note_file_left(std::size_t n) {
    first().advance(n);
    if (first().left() > 0) return;
    places_[first_] = {};
    first_ = (first_ + 1) % kMost;
    --count_;
  }

  /// Bytes of files that have not left.
  [[nodiscard]] std::uint64_t left() const;
  /// Closes all.
  void clear();

 private:
  struct Place {
    FilePart part;
    std::size_t before = 0;  ///< bytes of the queue behind the part before this one
  };

  std::array<Place, kMost> places_;
  std::size_t first_ = 0, count_ = 0;
  std::size_t marked_ = 0;  ///< bytes of the queue before the last part
};

}  // namespace appserver::bridge
