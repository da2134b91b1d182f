#include "log_line.hpp"

#include <array>
#include <cstdio>

namespace {

std::string number_or(std::int64_t number, bool is_known, std::string_view otherwise) {
  return is_known ? std::to_string(number) : std::string(otherwise);
}

/// Milliseconds with three digits.
std::string milliseconds(std::chrono::nanoseconds duration) {
  std::array<char, 32> text{};
  const double ms = static_cast<double>(duration.count()) / 1e6;
  const int n = std::snprintf(text.data(), text.size(), "%.3f", ms);
  return {text.data(), static_cast<std::size_t>(n)};
}

void append_json(std::string& to, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  to += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      to.append("\\u00").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    } else {
      to += c;
    }
  }
  to += '"';
}

}  // namespace

std::string text_line(const Exchanged& exchanged) {
  std::string line;
  line.append(exchanged.method).append(" ").append(exchanged.uri);
  line.append(" ").append(number_or(exchanged.status, exchanged.status != 0, "-"));
  line.append(" ").append(number_or(exchanged.bytes, exchanged.bytes >= 0, "-"));
  line.append(" ").append(milliseconds(exchanged.duration)).append("ms");
  if (!exchanged.failure.empty()) line.append(" ").append(exchanged.failure);
  return line;
}

std::string json_line(const Exchanged& exchanged) {
  std::string line = "{\"method\":";
  append_json(line, exchanged.method);
  line += ",\"uri\":";
  append_json(line, exchanged.uri);
  line += ",\"status\":" + number_or(exchanged.status, exchanged.status != 0, "null");
  line += ",\"bytes\":" + number_or(exchanged.bytes, exchanged.bytes >= 0, "null");
  line += ",\"duration_ms\":" + milliseconds(exchanged.duration);
  if (!exchanged.failure.empty()) {
    line += ",\"failure\":";
    append_json(line, exchanged.failure);
  }
  return line += '}';
}
