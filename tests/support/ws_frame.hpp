// The frames of RFC 6455 5.2 as a client sends and reads them. Bytes only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/raw_client.hpp"

namespace appserver::testing {

enum : unsigned {
  kMore = 0x00,
  kText = 0x81,
  kBinary = 0x82,
  kEnd = 0x88,
  kPing = 0x89,
  kPong = 0x8a
};

/// 16 and 64 bit lengths where they are needed.
inline std::string ws_length(std::size_t n, unsigned mask_bit) {
  std::string text;
  const auto put = [&text](std::size_t byte) {
    text += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (n < 126) {
    put(n | mask_bit);
  } else {
    const int bytes = n < 65536 ? 2 : 8;
    put((bytes == 2 ? 126U : 127U) | mask_bit);
    for (int i = bytes - 1; i >= 0; --i)
      put((n >> (8U * static_cast<unsigned>(i))) & 255U);
  }
  return text;
}

/// A client's frame: first byte (FIN and opcode), then length and payload, masked.
inline std::string ws_frame(unsigned first, std::string_view payload) {
  constexpr std::string_view kMask = "\x11\x22\x33\x44";
  std::string frame(1, static_cast<char>(first));
  frame += ws_length(payload.size(), 0x80);
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ kMask[i % 4]);
  }
  return frame;
}

/// What a server sends: the same without a mask.
inline std::string ws_answer(unsigned first, std::string_view payload) {
  return std::string(1, static_cast<char>(first)) + ws_length(payload.size(), 0) +
         std::string(payload);
}

/// The payload of a close frame.
inline std::string ws_close(unsigned code, std::string_view why = "") {
  return std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 255U)} +
         std::string(why);
}

}  // namespace appserver::testing
