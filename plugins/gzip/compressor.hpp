// One compressed body, fed piece by piece. Knows no HTTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

/// What is to be out when a call returns.
enum class Step { Go, Flush, Finish };

/// Memory:  see the functions that make one; all of it goes with the object.
/// Threads: one at a time.
class Compressor {
 public:
  /// Takes some output; `is_rest` says that this call gives no more.
  using Put = std::function<void(std::string_view bytes, bool is_rest)>;

  /// No more than 16 KiB per call keeps what one call gives below 64 KiB.
  static constexpr std::size_t kMostIn = 16'384;

  Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  virtual ~Compressor() = default;

  /// Calls `put` at least once. Fails: std::runtime_error, and what put throws.
  virtual void feed(std::string_view bytes, Step step, const Put& put) = 0;
};

/// RFC 1952. `length` of the whole body, -1 where it is not known.
/// Memory: at most 200 KiB; less for a short body.
/// Fails:  std::bad_alloc.
std::unique_ptr<Compressor> make_gzip(int level, std::int64_t length);

/// RFC 7932. Memory: at most 1 MiB up to level 4, 2 MiB above.
std::unique_ptr<Compressor> make_brotli(int level, std::int64_t length);
