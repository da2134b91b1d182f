// The response body on its way out: write, and what a source gave. Rules GW-O1 to
// GW-O16.
#include <algorithm>
#include <cstring>

#include "bridge/app_call.hpp"
#include "bridge/exchange.hpp"

namespace appserver::bridge {
namespace {

constexpr std::size_t kMaxChunk = 0xffff;
// A larger piece of a body is sent from the app's memory, gathered behind what is
// queued: below that one copy keeps pipelined answers together in one send.
constexpr std::size_t kCopiedMost = 24 * 1024;

/// The size of the line "1f4\r\n" that says n; at most 6.
std::size_t chunk_line_size(std::size_t n) {
  return 2U + (n > 0xfff ? 4U : n > 0xff ? 3U : n > 0xf ? 2U : 1U);
}

/// Writes that line and gives its size.
std::size_t write_chunk_size(char* to, std::size_t n) {
  static constexpr char kHex[] = "0123456789abcdef";
  const std::size_t digits = chunk_line_size(n) - 2;
  for (std::size_t i = 0; i < digits; ++i)
    to[i] = kHex[(n >> (4 * (digits - 1 - i))) & 15U];
  to[digits] = '\r';
  to[digits + 1] = '\n';
  return digits + 2;
}

}  // namespace

std::int64_t Exchange::write(const void* bytes, std::size_t n, std::uint32_t flags) {
  if (state_ != State::Open || in_app_pull_ || source_ != nullptr)
    return state_ == State::Aborted ? GW_E_GONE : GW_E_STATE;
  if (n > 0 && bytes == nullptr) return GW_E_INVALID;
  const bool last = (flags & GW_LAST) != 0;
  if (n == 0 && (flags & (GW_LAST | GW_FLUSH)) == 0) return 0;  // GW-O4
  const std::int64_t known = last ? static_cast<std::int64_t>(n) : -1;
  if (head_ == Head::Stored && !commit_head(known)) return GW_E_APP;
  if (Chain* const around = chain(); around != nullptr && around->has_data()) {
    return around->write(static_cast<const char*>(bytes), n, flags);
  }
  const std::size_t allowed = within_length(n);
  std::int64_t taken = static_cast<std::int64_t>(allowed);
  if (framing_ != http::Framing::None) {
    taken = put_body(static_cast<const char*>(bytes), allowed);
    if (taken < 0) return taken;
    body_bytes_ += static_cast<std::size_t>(taken);
  }
  if (allowed < n && static_cast<std::size_t>(taken) == allowed) {
    log(GW_LOG_ERROR, "more body than its Content-Length: the rest is cut (GW-O5)");
    static_cast<void>(end_body());  // what was declared has been given
    return GW_E_TOOBIG;
  }
  short_write_ = static_cast<std::size_t>(taken) < n;
  if (last && !short_write_) {
    if (!end_body()) return GW_E_STATE;
    return taken;
  }
  const std::int32_t flushed = (flags & GW_FLUSH) != 0 ? flush() : GW_OK;
  return flushed == GW_OK ? taken : flushed;
}

/// How many of n bytes the declared length still allows.
std::size_t Exchange::within_length(std::size_t n) const {
  if (framing_ != http::Framing::Length) return n;
  return std::min(n, static_cast<std::size_t>(declared_) - body_bytes_);
}

/// Sends what there is, or what the client takes now.
std::int32_t Exchange::flush() {
  while (!out_->empty() || has_parts()) {
    const std::int32_t sent = send(out_->size());
    if (sent == GW_E_AGAIN) break;
    if (sent != GW_OK) return sent;
  }
  return GW_OK;
}

/// Bytes taken, or why none were.
std::int64_t Exchange::put_body(const char* bytes, std::size_t n) {
  if (framing_ == http::Framing::Chunked) return put_chunks(bytes, n);
  if (n > out_->room() || n > kCopiedMost) return put_large(bytes, n);
  out_->append({bytes, n});
  return static_cast<std::int64_t>(n);
}

/// Sends from the app's memory, behind what is queued; copies only what the socket did
/// not take.
std::int64_t Exchange::put_large(const char* bytes, std::size_t n) {
  std::size_t done = 0;
  while (done < n) {
    std::size_t more_sent = 0;
    const std::int32_t sent =
        carrier_->send(out_->size(), {bytes + done, n - done}, more_sent);
    if (sent == GW_E_GONE || sent == GW_E_TIMEOUT) peer_is_gone_ = true;
    if (sent != GW_OK && sent != GW_E_AGAIN) return sent;
    done += more_sent;
    if (sent == GW_OK && carrier_->blocks()) continue;
    const std::size_t rest = std::min(n - done, out_->room());
    out_->append({bytes + done, rest});
    done += rest;
    break;
  }
  return static_cast<std::int64_t>(done);
}

/// Copies into the queue, framed; sends when it is full.
std::int64_t Exchange::put_chunks(const char* bytes, std::size_t n) {
  const std::size_t frame = http::kChunkFrame + end_room();
  std::size_t done = 0;
  while (done < n) {
    if (out_->room() <= frame) {
      const std::int32_t sent = send(out_->size());
      if (sent == GW_OK) continue;
      if (sent == GW_E_AGAIN) break;
      return sent;
    }
    const std::size_t piece = std::min({n - done, out_->room() - frame, kMaxChunk});
    out_->grew(write_chunk_size(out_->back(), piece));
    out_->append({bytes + done, piece});
    out_->append("\r\n");
    done += piece;
  }
  return static_cast<std::int64_t>(done);
}

/// Frames n bytes that a source put at `at`, somewhere in the free room of the queue.
/// Negative: the source gave more than was declared, the rest is cut.
std::int64_t Exchange::frame_pulled(char* at, std::size_t n) {
  if (framing_ == http::Framing::None) return 0;
  const std::size_t allowed = within_length(n);
  if (allowed > 0) {
    const bool chunked = framing_ == http::Framing::Chunked;
    // The size line may be shorter than the room left for it: the bytes move up to meet
    // it.
    const std::size_t line = chunked ? chunk_line_size(allowed) : 0;
    std::memmove(out_->back() + line, at, allowed);
    if (chunked) write_chunk_size(out_->back(), allowed);
    out_->grew(line + allowed);
    if (chunked) out_->append("\r\n");
    body_bytes_ += allowed;
  }
  if (allowed == n) return 0;
  log(GW_LOG_ERROR,
      "the source gave more than its Content-Length: the rest is cut (GW-O5)");
  return GW_E_TOOBIG;
}

std::int32_t Exchange::give_source(gw_source* source) {
  if (source == nullptr) return GW_E_INVALID;
  std::int32_t error = source->next == nullptr ? GW_E_INVALID : GW_OK;
  if (state_ == State::Aborted) error = GW_E_GONE;
  if (state_ == State::Ended || source_ != nullptr || in_app_pull_) error = GW_E_STATE;
  if (error != GW_OK) {
    call_close(*source, error);
    return error;
  }
  source_ = source;
  return GW_OK;
}

/// False when the app gave less than it declared.
bool Exchange::end_body() {
  const bool is_short = framing_ == http::Framing::Length &&
                        body_bytes_ != static_cast<std::uint64_t>(declared_);
  if (is_short) {
    log(GW_LOG_ERROR, "less body than its Content-Length (GW-O6)");
    return false;
  }
  if (framing_ == http::Framing::Chunked && !put_last_chunk()) return false;
  state_ = State::Ended;
  return true;
}

bool Exchange::put_last_chunk() {
  const bool has_trailers = extras_used_ && !extras_->trailers.empty();
  const std::string lines = has_trailers ? extras_->trailers.lines() : std::string();
  while (out_->room() < lines.size() + http::kLastChunk) {
    if (send(out_->size()) != GW_OK) return false;
  }
  out_->append("0\r\n");
  out_->append(lines);
  out_->append("\r\n");
  return true;
}

/// What must stay free for the end of a chunked body.
std::size_t Exchange::end_room() const {
  const bool has_trailers = extras_used_ && !extras_->trailers.empty();
  return http::kLastChunk + (has_trailers ? Trailers::kMost : 0);
}

}  // namespace appserver::bridge
