// One line about one exchange, as text or as JSON. Knows no gateway.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

struct Exchanged {
  std::string_view method, uri;
  std::uint32_t status = 0;  // 0: no head has left
  std::int64_t bytes = -1;   // of the body; -1: not known
  std::chrono::nanoseconds duration{0};
  std::string_view failure;  // "GW_E_GONE"; empty: all was sent
};

/// GET /tasks?a=1 200 17 0.204ms, and the failure at the end; "-" for what is not
/// known.
std::string text_line(const Exchanged& exchanged);

/// {"method":"GET","uri":"/","status":200,"bytes":17,"duration_ms":0.204}; null for
/// what is not known. Bytes that are not ASCII are written as \u00XX.
std::string json_line(const Exchanged& exchanged);
