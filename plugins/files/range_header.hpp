// The Range field of a request for bytes, RFC 9110 §14.1.2 and §14.2. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace files {

/// Parts that one answer may have, after those that overlap or touch were joined. A
/// host takes so many parts of a file without waiting.
inline constexpr std::size_t kMostRanges = 16;

/// `length` bytes from `offset` on; length > 0.
struct ByteRange {
  std::int64_t offset, length;

  std::int64_t last() const noexcept { return offset + length - 1; }

  bool operator==(const ByteRange&) const noexcept = default;
};

/// What a Range field asks of a representation.
struct RangeSet {
  enum class Kind : std::uint8_t {
    Ignored,        // the whole: no byte ranges, broken syntax, or too many
    Some,           // 206 with `range[0..count)`
    Unsatisfiable,  // 416
  };

  Kind kind = Kind::Ignored;
  std::size_t count = 0;
  std::array<ByteRange, kMostRanges>
      range;  // in the order in which they were asked for
};

/// `size` is that of the selected representation. Of an empty one no range can be
/// named, and clients that always send Range are better served with 200 than with 416.
RangeSet parse_range(std::string_view field, std::int64_t size) noexcept;

}  // namespace files
