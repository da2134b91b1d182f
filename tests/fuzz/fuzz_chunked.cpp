// The chunked decoder: cut at any place, and with any cap, it says the same as uncut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/chunked_decoder.hpp"
#include "require.hpp"

namespace {

using appserver::fuzz::require;
using appserver::http::ChunkedDecoder;
using State = ChunkedDecoder::State;

struct Decoded {
  State state = State::More;
  std::size_t used = 0;
  std::string body;
  bool operator==(const Decoded&) const = default;
};

void feed(ChunkedDecoder& decoder, std::string_view in, std::size_t cap, Decoded& out) {
  while (!in.empty() && decoder.state() == State::More) {
    const auto step = decoder.step(in, cap);
    require(step.used != 0 && step.used <= in.size());
    require(step.body_size <= cap && step.body_begin <= step.used);
    require(step.body_size <= step.used - step.body_begin);
    out.body += in.substr(step.body_begin, step.body_size);
    out.used += step.used;
    in.remove_prefix(step.used);
  }
  out.state = decoder.state();
}

Decoded decode_cut(std::string_view in, std::size_t cut, std::size_t cap) {
  ChunkedDecoder decoder;
  Decoded out;
  feed(decoder, in.substr(0, cut), cap, out);
  feed(decoder, in.substr(cut), cap, out);
  return out;
}

}  // namespace

/// The first byte is the cap of body bytes per step, the rest is the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t cap = std::size_t{bytes[0]} + 1;
  const std::string_view in(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const Decoded whole = decode_cut(in, 0, SIZE_MAX);
  require(decode_cut(in, 0, cap) == whole);
  // All places of a short input, some of a long one.
  for (std::size_t cut = 1; cut < in.size(); cut += 1 + in.size() / 256) {
    require(decode_cut(in, cut, SIZE_MAX) == whole);
  }
  return 0;
}
