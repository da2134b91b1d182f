// Ranges are joined as they come, so that the array stays as small as the answer.
#include "range_header.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "text.hpp"

namespace files {
namespace {

/// Specifications that are looked at: joining them is quadratic.
constexpr std::size_t kMostSpecs = 64;
constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

/// A position; one that does not fit is beyond every file. Nothing if it is no number.
std::optional<std::int64_t> position(std::string_view digits) noexcept {
  if (digits.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const int digit = c - '0';
    value = value > (kHuge - digit) / 10 ? kHuge : value * 10 + digit;
  }
  return value;
}

struct Spec {
  bool good;        // the syntax holds
  ByteRange range;  // length 0: cannot be satisfied
};

Spec suffix(std::string_view digits, std::int64_t size) noexcept {
  const auto wanted = position(digits);
  if (!wanted) return {false, {}};
  const std::int64_t length = std::min(*wanted, size);
  return {true, {size - length, length}};
}

Spec read_spec(std::string_view text, std::int64_t size) noexcept {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return {false, {}};
  const std::string_view after = text.substr(dash + 1);
  if (dash == 0) return suffix(after, size);
  const auto first = position(text.substr(0, dash));
  const auto last = after.empty() ? std::optional(kHuge) : position(after);
  if (!first || !last || *last < *first) return {false, {}};
  if (*first >= size) return {true, {0, 0}};
  return {true, {*first, std::min(*last, size - 1) - *first + 1}};
}

bool touch(const ByteRange& a, const ByteRange& b) noexcept {
  return a.offset <= b.offset + b.length && b.offset <= a.offset + a.length;
}

ByteRange joined(const ByteRange& a, const ByteRange& b) noexcept {
  const std::int64_t offset = std::min(a.offset, b.offset);
  return {offset, std::max(a.last(), b.last()) - offset + 1};
}

using Ranges = std::array<ByteRange, kMostSpecs>;

/// Adds a range in the place of the first one that it touches.
std::size_t add(Ranges& ranges, std::size_t count, ByteRange range) noexcept {
  std::size_t place = count;
  for (std::size_t i = 0; i < count;) {
    if (!touch(ranges[i], range)) {
      ++i;
      continue;
    }
    range = joined(ranges[i], range);
    if (place == count) {
      place = i++;  // from here on the place is taken; what was before may touch now
      ranges[place] = range;
      i = 0;
    } else if (i == place) {
      ranges[place] = range;
      ++i;
    } else {
      const std::size_t kept = std::min(i, place), gone = std::max(i, place);
      ranges[kept] = range;
      std::move(ranges.begin() + static_cast<std::ptrdiff_t>(gone) + 1,
                ranges.begin() + static_cast<std::ptrdiff_t>(count),
                ranges.begin() + static_cast<std::ptrdiff_t>(gone));
      --count;
      place = kept;
      i = 0;
    }
  }
  if (place == count) ranges[count++] = range;
  return count;
}

}  // namespace

RangeSet parse_range(std::string_view field, std::int64_t size) noexcept {
  RangeSet set;
  if (size == 0 || field.size() < 6 || !same_letters(field.substr(0, 6), "bytes=")) {
    return set;
  }
  std::string_view rest = field.substr(6);
  Ranges ranges;
  std::size_t specs = 0, count = 0;
  while (!rest.empty()) {
    const std::string_view text = take_part(rest, ',');
    if (text.empty()) continue;  // RFC 9110 §5.6.1.2: empty members are passed over
    const Spec spec = read_spec(text, size);
    if (!spec.good || ++specs > kMostSpecs) return set;
    if (spec.range.length > 0) count = add(ranges, count, spec.range);
  }
  if (specs == 0 || count > kMostRanges) return set;
  set.kind = count == 0 ? RangeSet::Kind::Unsatisfiable : RangeSet::Kind::Some;
  set.count = count;
  std::copy_n(ranges.begin(), count, set.range.begin());
  return set;
}

}  // namespace files
