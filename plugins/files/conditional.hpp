// Conditional requests in the order of RFC 9110 §13.2.2. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace files {

/// The lines of a field that a client may repeat. Views of the request.
class FieldLines {
 public:
  /// A string_view that costs nothing until it is set.
  struct Line {
    const char* text;
    std::size_t size;

    // To its readers it is a string_view. NOLINTNEXTLINE(google-explicit-constructor)
    operator std::string_view() const noexcept { return {text, size}; }
  };

  /// Lines beyond the fourth are not looked at: no client sends them.
  void add(std::string_view line) noexcept {
    if (count_ < line_.size()) line_[count_] = {line.data(), line.size()};
    ++count_;
  }

  std::size_t size() const noexcept { return count_; }

  bool empty() const noexcept { return count_ == 0; }

  const Line* begin() const noexcept { return line_.data(); }

  const Line* end() const noexcept {
    return line_.data() + (count_ < line_.size() ? count_ : line_.size());
  }

 private:
  std::size_t count_ = 0;
  std::array<Line, 4> line_;
};

/// What a request says of the representation that it wants. A date that came twice, or
/// cannot be read, is as if it had not come.
struct Conditions {
  FieldLines if_match, if_none_match;
  FieldLines if_modified_since, if_unmodified_since;
};

/// The present state: `etag` with its quotes and strong; whole seconds since 1970.
struct Validators {
  std::string_view etag;
  std::int64_t modified_s;
};

enum class Verdict : std::uint8_t { Go, NotModified, Failed };  // 304, 412

/// For GET and HEAD, the only methods that files know.
Verdict judge(const Conditions& asked, const Validators& now_is, std::int64_t now_s);

/// RFC 9110 §13.1.5: does If-Range let the Range count? Strong comparison of tags; a
/// date must be the very one that Last-Modified said.
bool range_counts(std::string_view if_range, const Validators& now_is,
                  std::int64_t now_s);

}  // namespace files
