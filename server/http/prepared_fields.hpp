// The two fields that every answer of a second shares. RFC 9110 6.6.1, 10.2.4.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/copy.hpp"

namespace appserver::http {

/// "Server: appserver\r\nDate: <IMF-fixdate>\r\n", of one size always. A value, so that
/// a thread may keep that of its second.
struct PreparedFields {
  static constexpr std::string_view kServer = "Server: appserver\r\n";
  static constexpr std::string_view kDate = "Date: ";
  static constexpr std::size_t kDateSize = 29;  ///< of an IMF-fixdate
  static constexpr std::size_t kSize = kServer.size() + kDate.size() + kDateSize + 2;

  /// `imf_date` has kDateSize bytes.
  void set_date(std::string_view imf_date) {
    char* at = put(put(text.data(), kServer), kDate);
    at = put(at, imf_date.substr(0, kDateSize));
    put(at, "\r\n");
  }

  [[nodiscard]] std::string_view both() const { return {text.data(), kSize}; }

  [[nodiscard]] std::string_view server() const { return kServer; }

  [[nodiscard]] std::string_view date() const { return both().substr(kServer.size()); }

  std::array<char, kSize> text{};
};

}  // namespace appserver::http
