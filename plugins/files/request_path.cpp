// One pass over the bytes: segments are judged as they are copied.
#include "request_path.hpp"

#include <cstring>

namespace files {
namespace {

constexpr std::size_t kLongestName = 255;  // NAME_MAX

bool is_allowed(std::string_view segment, bool is_first, bool dot_files) noexcept {
  if (segment.size() > kLongestName) return false;
  if (segment[0] != '.') return true;
  if (segment == "." || segment == "..") return false;
  return dot_files || (is_first && segment == ".well-known");
}

bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

bool RequestPath::assign(std::string_view path_info, bool dot_files) noexcept {
  shorten(0);
  if (path_info.empty()) path_info = "/";
  if (path_info[0] != '/' || path_info.size() > kMost) return false;
  if (path_info.find('\0') != std::string_view::npos) return false;
  char* at = text_.data();
  *at++ = '/';
  while (!path_info.empty()) {
    const std::size_t end = path_info.find('/');
    const std::string_view segment = path_info.substr(0, end);
    if (!segment.empty()) {
      const bool is_first = at == text_.data() + 1;
      if (!is_allowed(segment, is_first, dot_files)) return false;
      std::memcpy(at, segment.data(), segment.size());
      at += segment.size();
    }
    if (end == std::string_view::npos) break;
    if (at[-1] != '/') *at++ = '/';
    path_info.remove_prefix(end + 1);
  }
  shorten(static_cast<std::size_t>(at - text_.data()));
  return true;
}

bool RequestPath::append(std::string_view text) noexcept {
  if (text.size() > kMost - size_) return false;
  std::memcpy(text_.data() + size_, text.data(), text.size());
  shorten(size_ + text.size());
  return true;
}

std::string percent_encoded(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  text.reserve(path.size());
  for (const char c : path) {
    if (is_unreserved(c) || c == '/') {
      text += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text += '%';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace files
