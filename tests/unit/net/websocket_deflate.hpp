// permessage-deflate by zlib, as a client does it. Spec: RFC 7692 7.2.
#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace appserver::net {

/// Compresses messages with one context: later ones may point into earlier ones.
class Deflater {
 public:
  explicit Deflater(int window_bits = 12) {
    EXPECT_EQ(Z_OK,
              deflateInit2(&z_, 6, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY));
  }

  ~Deflater() { deflateEnd(&z_); }

  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string operator()(std::string_view message) {
    if (message.empty()) return std::string(1, '\0');  // RFC 7692 7.2.3.6
    std::string out(message.size() + message.size() / 100 + 64, '\0');
    z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    z_.avail_in = static_cast<uInt>(message.size());
    z_.next_out = reinterpret_cast<Bytef*>(out.data());
    z_.avail_out = static_cast<uInt>(out.size());
    deflate(&z_, Z_SYNC_FLUSH);
    EXPECT_EQ(0U, z_.avail_in);
    out.resize(out.size() - z_.avail_out - 4);  // 00 00 ff ff
    return out;
  }

 private:
  z_stream z_{};
};

class Inflater {
 public:
  Inflater() { EXPECT_EQ(Z_OK, inflateInit2(&z_, -15)); }

  ~Inflater() { inflateEnd(&z_); }

  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  std::string operator()(std::string bytes) {
    bytes.append("\x00\x00\xff\xff", 4);
    std::string out(1 << 20, '\0');
    z_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    z_.avail_in = static_cast<uInt>(bytes.size());
    z_.next_out = reinterpret_cast<Bytef*>(out.data());
    z_.avail_out = static_cast<uInt>(out.size());
    inflate(&z_, Z_SYNC_FLUSH);
    EXPECT_EQ(0U, z_.avail_in);
    out.resize(out.size() - z_.avail_out);
    return out;
  }

 private:
  z_stream z_{};
};

}  // namespace appserver::net
