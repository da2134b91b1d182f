// A request body on its way in: where it ends, what of it is here, and when it is too
// much.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gateway/gateway.h>

#include "http/chunked_decoder.hpp"
#include "http/request_rules.hpp"
#include "serve/receive_buffer.hpp"

namespace appserver::serve {

/// Takes the framing off the bytes of a ReceiveBuffer. Threads: that which owns the
/// buffer.
class BodyReader {
 public:
  /// `limit`: bytes of body allowed in all.
  void begin(const http::Request& request, std::uint64_t limit);

  /// Decoded bytes from what has been received: > 0, 0 at the complete end, GW_E_AGAIN
  /// when more must be received first, GW_E_TOOBIG over the limit, GW_E_GONE for broken
  /// chunks.
  std::int64_t take(ReceiveBuffer& in, char* to, std::size_t cap);

  /// A view of what take() would give, and its size. Until the next call, or `in`
  /// moves.
  std::int64_t peek(ReceiveBuffer& in, std::string_view& view);
  /// Takes n bytes of what was shown.
  void consume(ReceiveBuffer& in, std::size_t n);

  /// The trailer fields of a chunked body that is done; those that may not be any are
  /// left out. Views into this, until begin().
  std::span<const gw_field> trailers();

  /// How many bytes may be received straight into the app's memory: none unless the
  /// body is sized and all that came of it was taken.
  [[nodiscard]] std::uint64_t direct_size(const ReceiveBuffer& in) const {
    const bool direct = kind_ == http::BodyKind::Sized && in.empty() && stored_.empty();
    return direct ? remaining_ : 0;
  }

  /// n of them were.
  void took_directly(std::size_t n) {
    remaining_ -= n;
    done_ = remaining_ == 0;
  }

  /// Is the whole body in memory (GW_BUFFERED)? Moves it aside when it cannot stay in
  /// `in`. GW_OK, GW_E_AGAIN, or as take().
  std::int64_t gather(ReceiveBuffer& in);

  /// Throws away what has been received. GW_OK at the end of the body, GW_E_TOOBIG
  /// after kDrainMost bytes, or as take().
  std::int64_t discard(ReceiveBuffer& in);
  /// Is it worth reading the rest to keep the connection? Beyond this closing is
  /// cheaper.
  [[nodiscard]] bool is_worth_draining() const;
  static constexpr std::uint64_t kDrainMost = 256 * 1024;

  [[nodiscard]] bool is_done() const {
    return is_received() && stored_at_ == stored_.size();
  }

  /// No further byte of it is in the buffer or to come.
  [[nodiscard]] bool is_received() const { return done_ && run_ == 0; }

  /// Bytes of body, decoded, so far; `request` is that of begin().
  [[nodiscard]] std::uint64_t taken(const http::Request& request) const {
    if (kind_ == http::BodyKind::Chunked || request.content_length < 0) return taken_;
    return static_cast<std::uint64_t>(request.content_length) - remaining_;
  }

  [[nodiscard]] bool is_broken() const { return broken_; }

  /// For "Expect: 100-continue": was anything of the body asked for or seen?
  bool wants_continue = false;

  void forget_stored() {
    stored_at_ = 0;
    if (!stored_.empty()) free_stored();
  }

 private:
  void free_stored();
  std::int64_t decode(ReceiveBuffer& in, char* to, std::size_t cap);
  std::int64_t find_run(ReceiveBuffer& in);
  void drop(ReceiveBuffer& in, std::size_t n);

  /// Chunked: more than allowed has come, or is announced by the size of its chunk, so
  /// that the answer need not wait for it. A sized body was judged by its length.
  [[nodiscard]] bool is_too_big() const {
    return taken_ + chunks_.announced() > limit_;
  }

  http::BodyKind kind_ = http::BodyKind::None;
  std::uint64_t remaining_ = 0;  ///< Sized: bytes to come
  std::uint64_t taken_ = 0, limit_ = 0, drained_ = 0;
  http::ChunkedDecoder chunks_;
  std::size_t run_ = 0;     ///< Chunked: bytes of body at the front of the buffer
  std::size_t behind_ = 0;  ///< bytes of framing behind them, already judged
  bool done_ = true, broken_ = false;
  std::string stored_;  ///< a gathered body that did not fit
  std::size_t stored_at_ = 0;
  std::string trailer_text_;
  std::vector<gw_field> trailers_;
};

}  // namespace appserver::serve
