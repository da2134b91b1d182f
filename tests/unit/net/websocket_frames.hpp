// Frames as a client sends them, by hand, and what a server's bytes say: no library has
// a say in what these tests call a WebSocket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace appserver::net {

enum Opcode : unsigned char { kCont = 0, kText, kBinary, kClose = 8, kPing, kPong };

inline constexpr unsigned kFin = 0x80, kRsv1 = 0x40;

/// The length field of RFC 6455 5.2, with `mask_bit` in its first byte.
inline std::string length_field(std::size_t n, unsigned mask_bit) {
  std::string out;
  const unsigned width = n < 126 ? 0 : n < 65536 ? 2 : 8;
  out += static_cast<char>(
      mask_bit | (width == 0 ? static_cast<unsigned>(n) : 125 + (width + 2) / 4));
  for (unsigned i = width; i-- > 0;) out += static_cast<char>(n >> (8 * i) & 0xff);
  return out;
}

/// `first` is FIN, RSV and opcode. Masked with the key of the RFC's examples.
inline std::string frame(unsigned first, std::string_view payload) {
  constexpr unsigned char kKey[] = {0x37, 0xfa, 0x21, 0x3d};
  std::string out(1, static_cast<char>(first));
  out += length_field(payload.size(), 0x80);
  for (const unsigned char byte : kKey) out += static_cast<char>(byte);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ kKey[i % 4]);
  }
  return out;
}

inline std::string text(std::string_view payload) {
  return frame(kFin | kText, payload);
}

/// As a server sends it, whole.
inline std::string bare(unsigned first, std::string_view payload) {
  std::string out(1, static_cast<char>(first));
  out += length_field(payload.size(), 0);
  return out.append(payload);
}

inline std::string code_and(int code, std::string_view why = "") {
  std::string out{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return out.append(why);
}

inline std::string close_frame(int code, std::string_view why = "") {
  return frame(kFin | kClose, code_and(code, why));
}

/// What a server that closes with `code` sends.
inline std::string close_said(int code, std::string_view why = "") {
  return bare(kFin | kClose, code_and(code, why));
}

struct ServerFrame {
  unsigned first = 0;
  std::string payload;
};

/// Takes the bytes of a server apart; they must be whole frames.
inline std::vector<ServerFrame> frames_of(std::string_view bytes) {
  std::vector<ServerFrame> frames;
  const auto byte = [&bytes](std::size_t i) {
    return static_cast<unsigned char>(bytes.at(i));
  };
  while (!bytes.empty()) {
    const unsigned seven = byte(1);
    const std::size_t width = seven < 126 ? 0 : seven == 126 ? 2 : 8;
    std::size_t n = width == 0 ? seven : 0;
    for (std::size_t i = 0; i < width; ++i) n = n << 8 | byte(2 + i);
    if (bytes.size() < 2 + width + n) {
      ADD_FAILURE() << "the last frame is not whole";
      break;
    }
    frames.push_back({byte(0), std::string(bytes.substr(2 + width, n))});
    bytes.remove_prefix(2 + width + n);
  }
  return frames;
}

}  // namespace appserver::net
