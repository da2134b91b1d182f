// Takes the chunked coding off a request body, strictly: CRLF only, sizes of at most 15
// hex digits, well-formed and bounded extensions and trailers. Spec: RFC 9112 7.1.
//
// Ours and not Beast's: Beast keeps head and body in one parser object bound to one
// buffer; here an idle or slow connection keeps 16 bytes of state, and a strict grammar
// is the point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace appserver::http {

/// A push decoder. Give it bytes, it says how many it used and which of them are body.
class ChunkedDecoder {
 public:
  enum class State : unsigned char { More, Done, Bad };

  struct Step {
    std::size_t used = 0;           ///< bytes of input consumed, body bytes included
    std::size_t body_begin = 0;     ///< offset of body bytes inside the used ones
    std::size_t body_size = 0;      ///< at most one run of body per step
    std::size_t trailers_size = 0;  ///< so many of the last used ones are trailer lines
  };

  /// Consumes at most one run of body bytes, of at most `body_cap`, and all the framing
  /// it can before and after it.
  Step step(std::span<const char> in, std::size_t body_cap);

  [[nodiscard]] State state() const;

  /// Bytes of body that a complete size line has announced and that have not come.
  [[nodiscard]] std::uint64_t announced() const {
    return at_ == At::Body ? remaining_ : 0;
  }

 private:
  enum class At : unsigned char {
    SizeFirst,
    Size,
    ExtensionBegin,  ///< behind ';'
    ExtensionName,
    ExtensionNameEnd,
    ExtensionEquals,  ///< behind '='
    ExtensionValue,
    ExtensionQuoted,
    ExtensionEscape,
    ExtensionQuoteEnd,
    ExtensionValueEnd,
    SizeLf,
    Body,
    BodyCr,
    BodyLf,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLf,
    EndLf,
    Done,
    Bad
  };

  void frame(char c);
  void size_digit(char c);
  void end_size_line();
  void extension(char c);
  [[nodiscard]] At behind_extension_byte(char c) const;
  [[nodiscard]] At behind_quoted_byte(char c) const;
  void trailer(char c);

  At at_ = At::SizeFirst;
  std::uint8_t digits_ = 0;
  std::uint16_t extension_ = 0;  ///< bytes of extensions beyond those of body, bounded
  std::uint16_t trailer_ = 0;    ///< bytes of all trailers, bounded
  std::uint64_t remaining_ = 0;  ///< of this chunk
};

}  // namespace appserver::http
