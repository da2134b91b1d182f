// A table of states walked by one byte at a time, but for the body, which is skipped
// whole. The grammar of RFC 9112 7.1, narrowed where two readers could differ:
//   1. chunk-size = 1 to 15 HEXDIG, directly followed by CR or ';' (no BWS before it).
//   2. chunk-ext = ';' and anything without control bytes but TAB, at most 4096 bytes.
//   3. Every line ends with CRLF. A bare LF or a bare CR is refused wherever it is.
//   4. trailer = token ":" value, all of them at most 8192 bytes. They are dropped:
//   what they
//      say came too late to be judged (RFC 9110 6.5.1).
#include "http/chunked_decoder.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace appserver::http {

namespace {

constexpr std::uint8_t kMostDigits = 15;
constexpr std::uint16_t kMostExtension = 4096;
constexpr std::uint16_t kMostTrailers = 8192;

}  // namespace

void ChunkedDecoder::size_digit(char c) {
  const unsigned value = hex_value(c);
  if (value < 16 && digits_ < kMostDigits) {
    remaining_ = remaining_ * 16 + value;
    ++digits_;
    at_ = At::Size;
  } else if (digits_ == 0) {
    at_ = At::Bad;
  } else if (c == ';') {
    line_ = 1;
    at_ = At::Extension;
  } else {
    at_ = c == '\r' ? At::SizeLf : At::Bad;
  }
}

void ChunkedDecoder::extension(char c) {
  if (c == '\r') {
    at_ = At::SizeLf;
  } else if (!has(c, kFieldByte) || ++line_ > kMostExtension) {
    at_ = At::Bad;
  }
}

void ChunkedDecoder::end_size_line() {
  at_ = remaining_ != 0 ? At::Body : At::TrailerStart;
  digits_ = 0;
  line_ = 0;
}

void ChunkedDecoder::trailer(char c) {
  if (at_ == At::TrailerStart && c == '\r') {
    at_ = At::EndLf;
    return;
  }
  bool fine = ++line_ <= kMostTrailers;
  if (at_ == At::TrailerLf) {
    fine = fine && c == '\n';
    at_ = At::TrailerStart;
  } else if (at_ == At::TrailerValue) {
    fine = fine && (c == '\r' || has(c, kFieldByte));
    if (c == '\r') at_ = At::TrailerLf;
  } else {
    const bool name_ends = at_ == At::TrailerName && c == ':';
    fine = fine && (name_ends || has(c, kTokenByte));
    at_ = name_ends ? At::TrailerValue : At::TrailerName;
  }
  if (!fine) at_ = At::Bad;
}

/// Everything but body bytes.
void ChunkedDecoder::frame(char c) {
  switch (at_) {
    case At::SizeFirst:
    case At::Size:
      return size_digit(c);
    case At::Extension:
      return extension(c);
    case At::SizeLf:
      if (c == '\n') return end_size_line();
      break;
    case At::BodyCr:
      at_ = c == '\r' ? At::BodyLf : At::Bad;
      return;
    case At::BodyLf:
      at_ = c == '\n' ? At::SizeFirst : At::Bad;
      return;
    case At::TrailerStart:
    case At::TrailerName:
    case At::TrailerValue:
    case At::TrailerLf:
      return trailer(c);
    case At::EndLf:
      at_ = c == '\n' ? At::Done : At::Bad;
      return;
    case At::Body:
    case At::Done:
    case At::Bad:
      break;
  }
  at_ = At::Bad;
}

ChunkedDecoder::Step ChunkedDecoder::step(std::span<const char> in,
                                          std::size_t body_cap) {
  Step step;
  while (step.used < in.size() && at_ != At::Done && at_ != At::Bad) {
    if (at_ != At::Body) {
      frame(in[step.used++]);
      continue;
    }
    if (step.body_size != 0 || body_cap == 0) break;
    const std::size_t here = std::min(in.size() - step.used, body_cap);
    step.body_begin = step.used;
    step.body_size =
        static_cast<std::size_t>(std::min<std::uint64_t>(here, remaining_));
    step.used += step.body_size;
    remaining_ -= step.body_size;
    if (remaining_ != 0) break;
    at_ = At::BodyCr;
  }
  return step;
}

ChunkedDecoder::State ChunkedDecoder::state() const {
  if (at_ == At::Done) return State::Done;
  return at_ == At::Bad ? State::Bad : State::More;
}

}  // namespace appserver::http
