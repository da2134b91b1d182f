// Memory that lives as long as an exchange: gw.exchange/1's and gw.middleware/1's room.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace appserver::bridge {

/// Hands out zeroed bytes and takes them all back at once. Threads: one at a time, the
/// one that serves the exchange.
class Room {
 public:
  static constexpr std::size_t kMost = 256 * 1024;  ///< of one exchange

  /// n bytes of zeros, aligned to 16; null over kMost. Live until clear().
  void* take(std::size_t n);
  /// Keeps the first chunk: the next exchange probably wants as much.
  void clear();

 private:
  static constexpr std::size_t kChunk = 1024;

  struct Chunk {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
  };

  std::vector<Chunk> chunks_;
  std::size_t used_ = 0;   ///< of the last chunk
  std::size_t total_ = 0;  ///< of all
};

}  // namespace appserver::bridge
