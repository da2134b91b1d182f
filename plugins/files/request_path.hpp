// The path of a request before any file is looked for. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace files {

/// A path below the root: begins with a slash, has no empty segment, and no "." or ".."
/// ones. Text of at most PATH_MAX bytes, on the stack, always followed by a NUL.
class RequestPath {
 public:
  static constexpr std::size_t kMost = 4095;

  RequestPath() noexcept { text_[0] = '\0'; }

  /// False: no file can be meant (a NUL, "..", a name that is too long, or a dot file
  /// where `dot_files` is off; "/.well-known" is none, RFC 8615).
  bool assign(std::string_view path_info, bool dot_files) noexcept;

  /// Adds to its end. False: too long; unchanged then.
  bool append(std::string_view text) noexcept;

  /// Back to the first `size` bytes.
  void shorten(std::size_t size) noexcept {
    size_ = size;
    text_[size_] = '\0';
  }

  std::string_view view() const noexcept { return {text_.data(), size_}; }

  bool ends_in_slash() const noexcept { return size_ != 0 && text_[size_ - 1] == '/'; }

  /// For openat: without the first slash, "." for the root.
  const char* below_root() const noexcept {
    return size_ <= 1 ? "." : text_.data() + 1;
  }

 private:
  std::size_t size_ = 0;
  std::array<char, kMost + 1> text_;
};

/// Percent-encodes all that is not unreserved or a slash: no backslash, quote or
/// control gets into a Location or a link. RFC 3986 §2.3.
std::string percent_encoded(std::string_view path);

}  // namespace files
