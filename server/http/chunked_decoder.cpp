// A table of states walked by one byte at a time, but for the body, which is skipped
// whole. The grammar of RFC 9112 7.1, narrowed where two readers could differ:
//   1. chunk-size = 1 to 15 HEXDIG, directly followed by CR or ';' (no BWS before it).
//   2. chunk-ext = *( ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] BWS ), no
//      BWS before CR; of all a request's extensions as many bytes as of body so far,
//      and 4096 more: they are paid for by none of the limits of a body.
//   3. Every line ends with CRLF. A bare LF or a bare CR is refused wherever it is.
//   4. trailer = token ":" value, all of them at most 8192 bytes.
//      Passed over here; trailer_fields.hpp reads them apart (RFC 9110 6.5.1).
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
    extension(c);
  } else {
    at_ = c == '\r' ? At::SizeLf : At::Bad;
  }
}

/// Where a byte of a quoted-string (RFC 9110 5.6.4) leads, At::Bad if nowhere.
ChunkedDecoder::At ChunkedDecoder::behind_quoted_byte(char c) const {
  if (!has(c, kFieldByte)) return At::Bad;
  if (at_ == At::ExtensionEscape) return At::ExtensionQuoted;
  if (c == '"') return At::ExtensionQuoteEnd;
  return c == '\\' ? At::ExtensionEscape : At::ExtensionQuoted;
}

/// Where a byte of an extension leads, At::Bad if nowhere. CR and ';' are for the
/// caller.
ChunkedDecoder::At ChunkedDecoder::behind_extension_byte(char c) const {
  const bool is_white = c == ' ' || c == '\t';
  switch (at_) {
    case At::ExtensionBegin:
      if (is_white) return at_;
      return has(c, kTokenByte) ? At::ExtensionName : At::Bad;
    case At::ExtensionName:
      if (has(c, kTokenByte)) return at_;
      [[fallthrough]];
    case At::ExtensionNameEnd:
      if (c == '=') return At::ExtensionEquals;
      return is_white ? At::ExtensionNameEnd : At::Bad;
    case At::ExtensionEquals:
      if (is_white) return at_;
      if (c == '"') return At::ExtensionQuoted;
      return has(c, kTokenByte) ? At::ExtensionValue : At::Bad;
    case At::ExtensionQuoted:
    case At::ExtensionEscape:
      return behind_quoted_byte(c);
    case At::ExtensionValue:
      if (has(c, kTokenByte)) return at_;
      [[fallthrough]];
    default:  // behind a value
      return is_white ? At::ExtensionValueEnd : At::Bad;
  }
}

void ChunkedDecoder::extension(char c) {
  const bool may_end = at_ == At::Size || at_ == At::ExtensionName ||
                       at_ == At::ExtensionValue || at_ == At::ExtensionQuoteEnd;
  const bool may_go_on =
      may_end || at_ == At::ExtensionNameEnd || at_ == At::ExtensionValueEnd;
  if (c == '\r' && may_end) {
    at_ = At::SizeLf;
  } else if (++extension_ > kMostExtension) {
    at_ = At::Bad;
  } else {
    at_ = c == ';' && may_go_on ? At::ExtensionBegin : behind_extension_byte(c);
  }
}

void ChunkedDecoder::end_size_line() {
  at_ = remaining_ != 0 ? At::Body : At::TrailerStart;
  digits_ = 0;
  extension_ -=
      static_cast<std::uint16_t>(std::min<std::uint64_t>(extension_, remaining_));
}

void ChunkedDecoder::trailer(char c) {
  if (at_ == At::TrailerStart && c == '\r') {
    at_ = At::EndLf;
    return;
  }
  bool fine = ++trailer_ <= kMostTrailers;
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
    case At::ExtensionBegin:
    case At::ExtensionName:
    case At::ExtensionNameEnd:
    case At::ExtensionEquals:
    case At::ExtensionValue:
    case At::ExtensionQuoted:
    case At::ExtensionEscape:
    case At::ExtensionQuoteEnd:
    case At::ExtensionValueEnd:
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
      const bool is_trailer = at_ >= At::TrailerStart && at_ <= At::EndLf;
      step.trailers_size += is_trailer ? 1 : 0;
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
